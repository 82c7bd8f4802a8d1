/** Training curves as an SVG picture, drawn by ECharts without a browser. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as echarts from 'echarts';

type Curves = Record<string, number[]>;

const PANELS = [
  { metric: 'accuracy', title: 'Accuracy', left: 60 },
  { metric: 'loss', title: 'Loss', left: 540 },
];
const CURVES = [
  { prefix: '', name: 'training', color: '#1f77b4' },
  { prefix: 'val_', name: 'validation', color: '#ff7f0e' },
];

/** The values of `trained`, then those of `tuned`, by epoch from 1 on. */
function points(key: string, trained: Curves, tuned: Curves): [number, number][] {
  return [...(trained[key] ?? []), ...(tuned[key] ?? [])].map((value, i) => [i + 1, value]);
}

/**
 * Writes accuracy and loss by epoch, on training and validation data. A dashed line stands where fine-tuning begins.
 * @param trained - the history of the first `fit`; `tuned` - that of the second, empty if there was none.
 */
export async function writeCurves(file: string, title: string, trained: Curves, tuned: Curves): Promise<void> {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 1000, height: 420 });
  const isTuned = Object.keys(tuned).length > 0;
  const boundary = trained.loss.length + 0.5;
  const last = trained.loss.length + (tuned.loss?.length ?? 0);
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: [
      { text: title, left: 'center', top: 8 },
      ...PANELS.map((p) => ({ text: p.title, left: p.left, top: 44, textStyle: { fontSize: 13 } })),
    ],
    legend: { bottom: 8, data: CURVES.map((c) => c.name) },
    grid: PANELS.map((p) => ({ left: p.left, top: 78, width: 400, height: 250 })),
    xAxis: PANELS.map((_, i) => ({
      gridIndex: i,
      type: 'value',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 26,
      min: 0,
      max: last + 1,
      minInterval: 1,
      axisLabel: { formatter: (n: number) => (n >= 1 && n <= last ? String(n) : '') },
    })),
    yAxis: PANELS.map((p, i) => ({
      gridIndex: i,
      type: 'value',
      scale: p.metric === 'accuracy',
      axisLabel: p.metric === 'accuracy' ? { formatter: (v: number) => `${Math.round(100 * v)} %` } : {},
    })),
    series: PANELS.flatMap(({ metric }, i) =>
      CURVES.map(({ prefix, name, color }) => ({
        name,
        type: 'line',
        xAxisIndex: i,
        yAxisIndex: i,
        data: points(prefix + metric, trained, tuned),
        itemStyle: { color },
        lineStyle: { color },
        symbol: 'circle',
        markLine:
          isTuned && prefix === ''
            ? {
                silent: true,
                symbol: 'none',
                lineStyle: { type: 'dashed', color: '#888888' },
                label: { formatter: 'fine-tuning', color: '#555555' },
                data: [{ xAxis: boundary }],
              }
            : undefined,
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, svg);
}
