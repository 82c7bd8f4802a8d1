/** Images of shapes: drawn at a random place, size, angle and colour, with noise. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { PNG } from 'pngjs';

/** Whether a shape of radius 1 covers a point, given by its place and by its angle and distance from the middle. */
type Shape = (x: number, y: number, angle: number, distance: number) => boolean;
/** What the extractors of features have been trained on. */
export const KNOWN: Record<string, Shape> = {
  cross: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.95 && Math.min(Math.abs(x), Math.abs(y)) < 0.3,
  disc: (_x, _y, _angle, distance) => distance < 0.9,
  ring: (_x, _y, _angle, distance) => distance < 1 && distance > 0.6,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.8,
  stripes: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.9 && Math.sin(9 * x) > 0,
  triangle: (x, y) => y > -0.6 && y < 1 - 1.7 * Math.abs(x),
};
/** What they are to be used for. */
export const NEW: Record<string, Shape> = {
  flower: (_x, _y, angle, distance) => distance < 0.65 + 0.35 * Math.cos(4 * angle),
  moon: (x, y, _angle, distance) => distance < 1 && Math.hypot(x - 0.45, y) > 0.75,
  star: (_x, _y, angle, distance) => distance < 0.6 + 0.4 * Math.cos(5 * angle),
};

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Red, green and blue from 0 to 255, row by row, `side` x `side` pixels. */
export function draw(shape: Shape, side: number, random: () => number): Uint8Array {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const radius = between(0.25, 0.4) * side;
  const [left, top] = [between(0.42, 0.58) * side, between(0.42, 0.58) * side];
  const turn = between(-0.4, 0.4);
  const ground = [between(0, 110), between(0, 110), between(0, 110)];
  const ink = [between(145, 255), between(145, 255), between(145, 255)];
  const pixels = new Uint8Array(side * side * 3);
  for (let p = 0; p < side * side; p++) {
    const dx = ((p % side) - left) / radius;
    const dy = (Math.floor(p / side) - top) / radius;
    const x = dx * Math.cos(turn) + dy * Math.sin(turn);
    const y = dx * Math.sin(turn) - dy * Math.cos(turn);
    const color = shape(x, y, Math.atan2(y, x), Math.hypot(x, y)) ? ink : ground;
    for (let c = 0; c < 3; c++) pixels[3 * p + c] = Math.max(0, Math.min(255, color[c] + between(-25, 25)));
  }
  return pixels;
}

/** Writes `count` PNG files of each shape, in a folder named after it. */
export async function writeImages(
  folder: string,
  shapes: Record<string, Shape>,
  count: number,
  side: number,
): Promise<void> {
  const random = randomNumbers(1);
  for (const [name, shape] of Object.entries(shapes)) {
    await fs.mkdir(path.join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const png = new PNG({ width: side, height: side });
      const pixels = draw(shape, side, random);
      for (let p = 0; p < side * side; p++) png.data.set([...pixels.subarray(3 * p, 3 * p + 3), 255], 4 * p);
      await fs.writeFile(path.join(folder, name, `${i}.png`), PNG.sync.write(png, { colorType: 2 }));
    }
  }
}
