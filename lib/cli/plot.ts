/** `trae-node plot`: a picture of a model's graph. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { plotModel } from '../keras/models/plot_model';
import { choiceOption, InputError, numberOption, textOption, UsageError, type CommandRun } from './context';
import { readModel } from './model_files';
import { bytesText } from './text';

export const run: CommandRun = async (context) => {
  const [file] = context.operands;
  const out = textOption(context, 'out') ?? `${path.basename(file).replace(/\.[^.]+$/, '')}.svg`;
  const { options } = context;
  const isOn = (name: string): boolean => options[name] === true;
  if (!/\.(svg|png|dot)$/i.test(out))
    throw new UsageError(`--out must end in .svg, .png or .dot, not '${out}'.`, 'plot');
  const rankdir = choiceOption(context, 'plot', 'rankdir', ['TB', 'LR', 'BT', 'RL']) ?? 'TB';
  const dpi = numberOption(context, 'plot', 'dpi', { least: 10 }) ?? 200;
  const folder = path.dirname(path.resolve(out));
  if (!fs.existsSync(folder)) throw new InputError(`${out} cannot be written: there is no folder ${folder}.`);
  const { model } = await readModel(context, file);
  await plotModel(model, {
    toFile: out,
    rankdir,
    dpi,
    showShapes: isOn('show-shapes'),
    showDtype: isOn('show-dtype'),
    showLayerNames: isOn('show-layer-names'),
    showLayerActivations: isOn('show-layer-activations'),
    showTrainable: isOn('show-trainable'),
    expandNested: isOn('expand-nested'),
  });
  const { size } = fs.statSync(out);
  context.print(`wrote ${out} (${bytesText(size)})`, { file, out, bytes: size });
};
