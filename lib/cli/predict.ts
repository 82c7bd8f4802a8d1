/** `trae-node predict`: a model on data out of files. */
import * as fs from 'node:fs';
import { structured } from '../keras/training/texts';
import { flattenStructure } from '../support/nest';
import { Tensor } from '../core/tensor';
import { InputError, numberOption, textOption, UsageError, type CommandRun, type Context } from './context';
import { readModel } from './model_files';
import { inputsOf, rescaleOption } from './predict_inputs';
import { nestedValues, outputText, topClasses, topText, writeOutputs, type Output } from './predict_outputs';
import { shapeText } from './text';

/** A file with one name a line or a JSON array, or the names themselves. */
function classNamesOf(context: Context): string[] | null {
  const text = textOption(context, 'class-names');
  if (text === undefined) return null;
  if (!fs.existsSync(text)) {
    if (!text.includes(','))
      throw new InputError(
        `${text} cannot be read: there is no such file, and it is no list of names with commas between.`,
      );
    return text.split(',').map((name) => name.trim());
  }
  const content = fs.readFileSync(text, 'utf8').replace(/^\ufeff/, '');
  if (!content.trimStart().startsWith('['))
    return content
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
  try {
    return (JSON.parse(content) as unknown[]).map(String);
  } catch (error) {
    throw new InputError(`${text}: it is no JSON: ${(error as Error).message}.`, { cause: error });
  }
}
function checkClassNames(names: readonly string[] | null, [output]: readonly Output[]): void {
  const classes = output.shape.at(-1);
  if (names && names.length !== classes && !(classes === 1 && names.length === 2))
    throw new InputError(
      `--class-names gives ${names.length} names, and the output '${output.name}' of shape ${shapeText(output.shape)} has ${classes ?? 0} classes.`,
    );
}
// One number is the probability of the second of two classes.
function asTwoClasses(output: Output, names: readonly string[] | null): Output {
  if (output.shape.length !== 2 || output.shape[1] !== 1 || names?.length !== 2) return output;
  return {
    ...output,
    shape: [output.shape[0], 2],
    dtype: 'float32',
    data: Float32Array.from({ length: 2 * output.shape[0] }, (_, i) =>
      i % 2 ? Number(output.data[i >> 1]) : 1 - Number(output.data[i >> 1]),
    ),
  };
}
export const run: CommandRun = async (context) => {
  const [file, ...inputs] = context.operands;
  const { signal } = context;
  const out = textOption(context, 'out');
  const batchSize = numberOption(context, 'predict', 'batch-size') ?? 32;
  const count = numberOption(context, 'predict', 'top');
  if (out !== undefined && !/\.(npy|npz|csv|json)$/.test(out))
    throw new UsageError(`--out must end in .npy, .npz, .csv or .json, not '${out}'.`, 'predict');
  if (out !== undefined && count !== undefined && !/\.(csv|json)$/.test(out))
    throw new UsageError('with --top, --out must end in .csv or .json.', 'predict');
  rescaleOption(context);
  const classNames = classNamesOf(context);
  const { model } = await readModel(context, file);
  const values = await inputsOf(inputs, model.inputs, context);
  const x = model.graph ? structured(model.graph, values) : values[0];
  const results = flattenStructure(
    await model.predict(x as Tensor, { batchSize, signal, verbose: 0 }),
    (v): v is Tensor => v instanceof Tensor,
  );
  const outputs = await Promise.all(
    results.map(async (t, i): Promise<Output> => ({
      name: model.outputNames[i] ?? `output_${i}`,
      shape: t.shape,
      dtype: t.dtype,
      data: await t.data(),
    })),
  );
  if (!outputs.length) throw new InputError(`${file}: the model gives no output.`);
  checkClassNames(classNames, outputs);
  if (count !== undefined && outputs.length > 1)
    throw new InputError(
      `--top needs a model with one output; this one gives ${outputs.map((o) => o.name).join(', ')}.`,
    );
  const top = count === undefined ? null : topClasses(asTwoClasses(outputs[0], classNames), count, classNames);
  const shapes = outputs.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  if (out !== undefined) {
    await writeOutputs(out, outputs, { classNames, top, signal });
    context.print(
      `wrote ${out}: ${shapes.map((o) => `${o.name}, ${o.dtype} of shape ${shapeText(o.shape)}`).join('; ')}`,
      { model: file, out, outputs: shapes },
    );
    return;
  }
  context.print(() => (top ? topText(top) : outputText(outputs, classNames)), {
    model: file,
    outputs: outputs.map((o, i) => ({ ...shapes[i], values: nestedValues(o) })),
    ...(top ? { top } : {}),
    ...(classNames ? { classNames } : {}),
  });
};
