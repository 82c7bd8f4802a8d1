/** Pictures of models: Graphviz, compiled to WebAssembly, draws SVG; resvg makes pixels of it (keras.utils.plot_model). */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ValueError } from '../../support/errors';
import { writeAtomically } from '../../io/atomic';
import { writing } from '../../io/source';
import { svgToPng } from '../utils/pictures';
import type { Model } from './model';
import { checkOptions, kinds } from '../options';
import { DOT_OPTIONS, modelToDot, type ModelDotOptions } from './model_dot';

export interface PlotModelOptions extends ModelDotOptions {
  /** `.svg`, `.png` (with the package @resvg/resvg-js) or `.dot`. null writes no file. Default 'model.png'. */
  toFile?: string | null;
}

/**
 * Draws a model. @returns the picture as SVG.
 * Defaults as Keras: to 'model.png', from top to bottom, classes without names, 200 dpi.
 * @throws ValueError for a model that is not built, or a file of another kind.
 * @example await plotModel(model, { toFile: 'model.svg', showShapes: true, showLayerNames: true });
 */
export async function plotModel(model: Model, options: PlotModelOptions = {}): Promise<string> {
  checkOptions('plotModel', options, { toFile: kinds.string, ...DOT_OPTIONS });
  const { toFile = 'model.png', ...rest } = options;
  const dpi = rest.dpi ?? 200;
  const kind = toFile === null ? '.svg' : path.extname(toFile).toLowerCase() || '.png';
  if (!['.svg', '.png', '.dot'].includes(kind))
    throw new ValueError(`plotModel: toFile must end in .svg, .png or .dot.\n  Received: '${toFile}'`);
  const settings = { showLayerNames: false, ...rest };
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  // 72 dots an inch are the points that SVG is measured in.
  const svg = graphviz
    .dot(modelToDot(model, { ...settings, dpi: 72 }), 'svg')
    .replace(/font-family="Verdana"/g, 'font-family="Verdana, DejaVu Sans, Geneva, sans-serif"');
  if (toFile !== null) {
    const file = path.extname(toFile) ? toFile : `${toFile}.png`;
    const folder = path.dirname(path.resolve(file));
    writing(folder, () => fs.mkdirSync(folder, { recursive: true }));
    const picture =
      kind === '.dot' ? modelToDot(model, settings) : kind === '.png' ? await svgToPng(svg, dpi / 72) : svg;
    await writeAtomically(file, (sink) =>
      sink.write(typeof picture === 'string' ? Buffer.from(picture, 'utf8') : picture),
    );
  }
  return svg;
}
