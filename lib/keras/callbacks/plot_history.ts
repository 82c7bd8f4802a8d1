/** Curves of loss and metrics by epoch, as a picture: ECharts draws SVG without a browser. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { ValueError } from '../../support/errors';
import { checkOptions, kinds } from '../options';
import { optionalPackage, svgToPng } from '../utils/pictures';

export interface PlotHistoryOptions {
  /** Above the picture. */
  title?: string;
  /** Names to draw, without `val_`. Default: the loss, then all others. */
  metrics?: readonly string[];
  /** Points of one panel. Defaults 440 and 300. */
  width?: number;
  /** Points of one panel. Default 300. */
  height?: number;
  /** Epochs before which a dashed line stands, by what is written at it: `{ 'fine-tuning': 6 }`. */
  marks?: Readonly<Record<string, number>>;
}
const COLORS = { training: '#24405c', validation: '#d9822b', text: '#33404d', grid: '#e4e9ee' };
const FONT = 'Helvetica, Arial, sans-serif';
const COLUMNS = 2;

const titleOf = (name: string): string => name.replace(/_/g, ' ').replace(/^./, (c) => c.toUpperCase());
// Parts of 1 read better as percent.
const isShare = (name: string, values: readonly number[]): boolean =>
  /acc|precision|recall|auc/.test(name) && values.every((v) => v >= 0 && v <= 1);

// Names of lines that stand near each other must not meet: the first ends at its line, the last begins there.
const sideOf = (mark: number, count: number): 'left' | 'center' | 'right' =>
  count > 1 && mark === 0 ? 'right' : count > 1 && mark === count - 1 ? 'left' : 'center';

/** @internal Draws `history`: one panel for each value, training and validation in it. @returns the picture as SVG. */
export async function plotHistory(
  epochs: readonly number[],
  history: Readonly<Record<string, readonly number[]>>,
  file: string | null,
  options: PlotHistoryOptions = {},
): Promise<string> {
  checkOptions('plot', options, {
    title: kinds.string,
    metrics: kinds.any,
    width: kinds.integer,
    height: kinds.integer,
    marks: kinds.any,
  });
  const known = [...new Set(Object.keys(history).map((n) => n.replace(/^val_/, '')))];
  const names = options.metrics ?? [...known.filter((n) => n === 'loss'), ...known.filter((n) => n !== 'loss')];
  for (const n of names)
    if (!known.includes(n)) throw new ValueError(`plot: the history has no '${n}'.\n  It has: ${known.join(', ')}`);
  if (!names.length) throw new ValueError('plot: the history is empty.');
  const kind = file === null ? '.svg' : path.extname(file).toLowerCase();
  if (kind !== '.svg' && kind !== '.png')
    throw new ValueError(`plot: the file must end in .svg or .png.\n  Received: '${file}'`);
  const echarts = await optionalPackage<typeof import('echarts')>('echarts', 'plot');

  const { width = 440, height = 300, title = '', marks = {} } = options;
  const columns = Math.min(COLUMNS, names.length);
  const rows = Math.ceil(names.length / columns);
  const top = title ? 44 : 8;
  const place = (i: number) => ({ left: (i % columns) * width, top: top + Math.floor(i / columns) * height });
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: columns * width,
    height: top + rows * height + 36,
  });
  const x = epochs.map((e) => e + 1);
  const few = x.length <= 25;
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT, color: COLORS.text },
    title: [
      ...(title
        ? [{ text: title, left: 'center', top: 12, textStyle: { fontFamily: FONT, fontSize: 17, color: COLORS.text } }]
        : []),
      ...names.map((n, i) => ({
        text: titleOf(n),
        left: place(i).left + 58,
        top: place(i).top + 4,
        textStyle: { fontFamily: FONT, fontSize: 13, color: COLORS.text },
      })),
    ],
    legend: {
      bottom: 8,
      data: ['training', 'validation'].filter((l) => l === 'training' || names.some((n) => `val_${n}` in history)),
      itemWidth: 22,
      itemGap: 28,
      textStyle: { fontFamily: FONT, color: COLORS.text },
    },
    grid: names.map((_, i) => ({
      left: place(i).left + 60,
      top: place(i).top + 34,
      width: width - 84,
      height: height - 84,
    })),
    xAxis: names.map((_, i) => ({
      gridIndex: i,
      type: 'value',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 24,
      min: x[0] === x.at(-1) ? x[0] - 1 : x[0],
      max: x[0] === x.at(-1) ? x[0] + 1 : x.at(-1),
      minInterval: 1,
      splitLine: { show: false },
      axisLine: { lineStyle: { color: '#9aa5b1' } },
      axisLabel: { color: COLORS.text },
    })),
    yAxis: names.map((n, i) => ({
      gridIndex: i,
      type: 'value',
      scale: true,
      splitLine: { lineStyle: { color: COLORS.grid } },
      axisLabel: {
        color: COLORS.text,
        ...(isShare(n, [...(history[n] ?? []), ...(history[`val_${n}`] ?? [])])
          ? { formatter: (v: number) => `${Math.round(1000 * v) / 10} %` }
          : {}),
      },
    })),
    series: names.flatMap((n, i) =>
      (['training', 'validation'] as const).flatMap((which) => {
        const values = history[which === 'training' ? n : `val_${n}`];
        if (!values) return [];
        // Validation may come every few epochs only: then its values stand at the last ones.
        const at = values.length === x.length ? x : x.slice(-values.length);
        const markLine =
          which === 'training' && Object.keys(marks).length
            ? {
                silent: true,
                symbol: 'none',
                lineStyle: { type: 'dashed' as const, color: '#8a94a0' },
                label: { color: COLORS.text, fontFamily: FONT, formatter: '{b}' },
                data: Object.entries(marks).map(([name, epoch], k, all) => ({
                  name,
                  xAxis: epoch - 0.5,
                  label: { align: sideOf(k, all.length) },
                })),
              }
            : undefined;
        return [
          {
            name: which,
            type: 'line' as const,
            xAxisIndex: i,
            yAxisIndex: i,
            data: values.map((v, k) => [at[k], v]),
            itemStyle: { color: COLORS[which] },
            lineStyle: { color: COLORS[which], width: 2 },
            symbol: few ? 'circle' : 'none',
            symbolSize: 5,
            markLine,
          },
        ];
      }),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  if (file !== null) {
    await fs.mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await fs.writeFile(file, kind === '.png' ? await svgToPng(svg, 2) : svg);
  }
  return svg;
}
