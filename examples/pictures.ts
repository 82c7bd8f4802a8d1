/** Pictures of what a classifier answers: images with their classes, the confusion matrix, learning rates by step. */
import * as echarts from 'echarts';
import { PNG } from 'pngjs';

const FONT = "font-family='Helvetica, Arial, sans-serif'";
const INK = '#33404d';
const RIGHT = '#2f7d4f';
const WRONG = '#b3382c';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const svg = (width: number, height: number, body: string[]): string =>
  [
    `<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='${width}' height='${height}' viewBox='0 0 ${width} ${height}'>`,
    `<rect width='100%' height='100%' fill='#ffffff'/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
const text = (x: number, y: number, size: number, content: string, more = `fill='${INK}'`): string =>
  `<text x='${x}' y='${y}' font-size='${size}' ${FONT} ${more}>${escaped(content)}</text>`;

/** An image and what the model says of it. */
export interface Answer {
  /** Bytes of red, green and blue by row. */
  pixels: Uint8Array;
  truth: string;
  guess: string;
  /** The probability of the guess. */
  confidence: number;
}
/** Images of `size` x `size` pixels side by side; under each what it was taken for, and what it is where that is wrong. */
export function answersPicture(title: string, answers: readonly Answer[], size: number, columns = 8): string {
  const side = 104;
  const gap = 16;
  const cell = side + gap;
  const top = 44;
  const row = side + 46;
  const body = [text(gap, 28, 17, title, `fill='${INK}' font-weight='bold'`)];
  answers.forEach(({ pixels, truth, guess, confidence }, i) => {
    const png = new PNG({ width: size, height: size });
    for (let p = 0; p < size * size; p++)
      png.data.set([pixels[3 * p], pixels[3 * p + 1], pixels[3 * p + 2], 255], 4 * p);
    const data = `data:image/png;base64,${PNG.sync.write(png, { colorType: 2 }).toString('base64')}`;
    const x = gap + (i % columns) * cell;
    const y = top + Math.floor(i / columns) * row;
    const isRight = truth === guess;
    const color = isRight ? RIGHT : WRONG;
    body.push(
      `<image x='${x}' y='${y}' width='${side}' height='${side}' xlink:href='${data}'/>`,
      `<rect x='${x - 1.5}' y='${y - 1.5}' width='${side + 3}' height='${side + 3}' rx='2' fill='none' stroke='${color}' stroke-width='3'/>`,
      text(x, y + side + 17, 11.5, `${guess} ${Math.round(100 * confidence)} %`, `fill='${color}' font-weight='bold'`),
      ...(isRight ? [] : [text(x, y + side + 32, 11, `is ${truth}`)]),
    );
  });
  return svg(gap + columns * cell, top + Math.ceil(answers.length / columns) * row, body);
}

/** `counts[t][g]`: how many of class t were taken for g. Each row is coloured by its shares. */
export function confusionPicture(
  title: string,
  classes: readonly string[],
  counts: readonly (readonly number[])[],
): string {
  const side = 54;
  const left = 112;
  const top = 74;
  const n = classes.length;
  const body = [text(left, 28, 17, title, `fill='${INK}' font-weight='bold'`)];
  const white = [255, 255, 255];
  const full = [36, 64, 92];
  counts.forEach((row, t) => {
    const total = row.reduce((a, b) => a + b, 0);
    body.push(text(left - 10, top + (t + 0.5) * side + 4, 13, classes[t], `fill='${INK}' text-anchor='end'`));
    row.forEach((count, g) => {
      const share = count / Math.max(1, total);
      const depth = Math.sqrt(share); // small shares are to be seen too
      const color = white.map((w, c) => Math.round(w + (full[c] - w) * depth)).join(',');
      body.push(
        `<rect x='${left + g * side}' y='${top + t * side}' width='${side}' height='${side}' fill='rgb(${color})' stroke='#ffffff' stroke-width='1.5'/>`,
        text(
          left + (g + 0.5) * side,
          top + (t + 0.5) * side + 5,
          13,
          String(count),
          `fill='${depth > 0.55 ? '#ffffff' : INK}' text-anchor='middle'${t === g ? " font-weight='bold'" : ''}`,
        ),
      );
    });
  });
  classes.forEach((name, g) => {
    const x = left + (g + 0.5) * side;
    const y = top + n * side + 16;
    body.push(text(x, y, 13, name, `fill='${INK}' text-anchor='end' transform='rotate(-38 ${x} ${y})'`));
  });
  body.push(text(left, 56, 13, 'rows: what the image shows; columns: what it is taken for', `fill='#5b7083'`));
  return svg(left + n * side + 20, top + n * side + 84, body);
}

/** Learning rates by step, each schedule in its colour. */
export function schedulesPicture(schedules: Record<string, { call(step: number): number }>, steps: number): string {
  const colors = ['#24405c', '#d9822b', '#2f7d4f', '#8a4f9e'];
  const textStyle = { fontFamily: 'Helvetica, Arial, sans-serif', color: '#33404d' };
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 880, height: 360 });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle,
    color: colors,
    title: { text: 'Learning rate by step', left: 'center', top: 10, textStyle: { ...textStyle, fontSize: 17 } },
    legend: { bottom: 8, itemWidth: 22, itemGap: 26, textStyle },
    grid: { left: 70, right: 30, top: 56, bottom: 76 },
    xAxis: {
      type: 'value',
      name: 'step',
      nameLocation: 'middle',
      nameGap: 26,
      max: steps,
      splitLine: { show: false },
      axisLabel: { color: '#33404d', showMaxLabel: false },
    },
    yAxis: { type: 'value', splitLine: { lineStyle: { color: '#e4e9ee' } }, axisLabel: { color: '#33404d' } },
    series: Object.entries(schedules).map(([name, schedule]) => ({
      name,
      type: 'line',
      symbol: 'none',
      lineStyle: { width: 2 },
      data: Array.from({ length: 881 }, (_, i) => Math.round((i / 880) * steps)).map((step) => [
        step,
        schedule.call(step),
      ]),
    })),
  });
  const picture = chart.renderToSVGString();
  chart.dispose();
  return picture;
}
