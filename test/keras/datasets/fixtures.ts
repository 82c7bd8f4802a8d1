/** Tiny files in the formats of the data sets, and a local server that gives them and misbehaves on request. */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { zipSync } from 'fflate';
import { PNG } from 'pngjs';
import * as tar from 'tar-stream';

/** Short waits, so that failures are seen at once. */
export const FAST = { connect: 400, stall: 250, retries: 2, delay: 5 };
/** Waits that a busy machine keeps, for tests in which none of them should end. */
export const PATIENT = { connect: 30_000, stall: 30_000, retries: 2, delay: 5 };
export const MNIST = { train: 3, test: 2 };
export const CIFAR = { batches: 2, rows: 3 };

export const sha256 = (data: Uint8Array): string => crypto.createHash('sha256').update(data).digest('hex');
export const sha512 = (data: Uint8Array): string =>
  `sha512-${crypto.createHash('sha512').update(data).digest('base64')}`;

/** Bytes without a pattern, the same for the same seed. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed * 2654435761 + 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}
const labels = (length: number, seed: number): Uint8Array => noise(length, seed).map((v) => v % 10);

export function temporary(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'trae-datasets-'));
}

export function idx(shape: number[], values: Uint8Array, type = 8): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE((type << 8) + shape.length, 0);
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([head, values]);
}
export function npy(shape: number[], values: Uint8Array, descr = '|u1', fortran = 'False'): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header, 'latin1'), values]);
}

export const digits = {
  xTrain: noise(3 * 784, 1),
  yTrain: labels(3, 2),
  xTest: noise(2 * 784, 3),
  yTest: labels(2, 4),
};
export const idxFiles = (): Record<string, Buffer> => ({
  'train-images-idx3-ubyte': idx([3, 28, 28], digits.xTrain),
  'train-labels-idx1-ubyte': idx([3], digits.yTrain),
  't10k-images-idx3-ubyte': idx([2, 28, 28], digits.xTest),
  't10k-labels-idx1-ubyte': idx([2], digits.yTest),
});
export const npz = (change: Record<string, Uint8Array> = {}): Buffer =>
  Buffer.from(
    zipSync({
      'x_train.npy': npy([3, 28, 28], digits.xTrain),
      'y_train.npy': npy([3], digits.yTrain),
      'x_test.npy': npy([2, 28, 28], digits.xTest),
      'y_test.npy': npy([2], digits.yTest),
      ...change,
    }),
  );

/** Images with colours last, as the tensors hold them. */
export const photos = {
  xTrain: noise(6 * 3072, 5),
  yTrain: labels(6, 6),
  xTest: noise(3 * 3072, 7),
  yTest: labels(3, 8),
};
function batch(x: Uint8Array, y: Uint8Array): Buffer {
  const out = Buffer.alloc(y.length * 3073);
  y.forEach((label, row) => {
    out[row * 3073] = label;
    for (let pixel = 0; pixel < 1024; pixel++)
      for (let c = 0; c < 3; c++) out[row * 3073 + 1 + c * 1024 + pixel] = x[(row * 1024 + pixel) * 3 + c];
  });
  return out;
}
export const binFiles = (): Record<string, Buffer> => ({
  'data_batch_1.bin': batch(photos.xTrain.subarray(0, 3 * 3072), photos.yTrain.subarray(0, 3)),
  'data_batch_2.bin': batch(photos.xTrain.subarray(3 * 3072), photos.yTrain.subarray(3)),
  'test_batch.bin': batch(photos.xTest, photos.yTest),
});
export function sheet(x: Uint8Array, width = 1024): Buffer {
  const height = x.length / 3 / width;
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) png.data.set([x[i * 3], x[i * 3 + 1], x[i * 3 + 2], 255], i * 4);
  return PNG.sync.write(png, { colorType: 2 });
}
export const pngFiles = (): Record<string, Buffer> => ({
  'data_batch_1.png': sheet(photos.xTrain.subarray(0, 3 * 3072)),
  'data_batch_2.png': sheet(photos.xTrain.subarray(3 * 3072)),
  'test_batch.png': sheet(photos.xTest),
  'train_lables.json': Buffer.from(JSON.stringify([...photos.yTrain])),
  'test_lables.json': Buffer.from(JSON.stringify([...photos.yTest])),
});

export async function tgz(files: Record<string, Buffer>, folder = ''): Promise<Buffer> {
  const pack = tar.pack();
  const chunks: Buffer[] = [];
  for (const [name, data] of Object.entries(files)) pack.entry({ name: folder + name }, data);
  pack.finalize();
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  return zlib.gzipSync(Buffer.concat(chunks));
}
export function write(folder: string, files: Record<string, Uint8Array>): string {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, data] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), data);
  return folder;
}

/** How the server treats a file. */
export interface Served {
  body: Buffer | string;
  status?: number;
  /** Bytes after which the connection is cut, for each request in turn; later requests are served whole. */
  cuts?: number[];
  /** Answers with the whole file also when a range is asked for. */
  noRange?: boolean;
  /** Sends this many bytes and then nothing more. */
  hang?: number;
  /** Waits so many milliseconds. */
  wait?: number;
  noLength?: boolean;
}
export interface Server {
  url: string;
  files: Record<string, Served>;
  /** `path` or `path bytes=...` of each request. */
  log: string[];
  close(): Promise<void>;
}

export async function serve(files: Record<string, Served>): Promise<Server> {
  const log: string[] = [];
  const server = http.createServer((request, response) => {
    const { range } = request.headers;
    const url = request.url!;
    log.push(range ? `${url} ${range}` : url);
    const file = files[url];
    if (!file) return void response.writeHead(404).end('nothing here');
    const whole = Buffer.from(file.body);
    const from = range && !file.noRange ? Number(/^bytes=(\d+)-$/.exec(range)![1]) : 0;
    if (from && from >= whole.length)
      return void response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end();
    const body = whole.subarray(from);
    const headers: Record<string, string> = { etag: `"${sha256(whole)}"` };
    if (!file.noLength) headers['content-length'] = String(body.length);
    if (from) headers['content-range'] = `bytes ${from}-${whole.length - 1}/${whole.length}`;
    setTimeout(() => {
      response.writeHead(file.status ?? (from ? 206 : 200), headers);
      const cut = file.cuts?.shift();
      if (file.hang !== undefined) {
        response.flushHeaders();
        if (file.hang) response.write(body.subarray(0, file.hang));
      } else if (cut !== undefined)
        response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
      else response.end(body);
    }, file.wait ?? 0).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
