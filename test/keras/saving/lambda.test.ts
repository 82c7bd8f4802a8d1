/** Lambda layers in files: Python's code is refused wherever it stands, and a function of the caller takes its place. */
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { ZipWriter } from '../../../lib/io/zip';
import { writeAtomically } from '../../../lib/io/atomic';
import { temporaryFolder } from '../../io/support';
import { close, throwsText } from '../helpers';

const code = ['4wEAAAAAAAAA\n', null, null];
/** A chain of an input and one Lambda layer, as each Keras writes it. */
const lambda: Record<string, Record<string, unknown>> = {
  'Keras 1': {
    function: code[0],
    function_type: 'lambda',
    output_shape: null,
    output_shape_type: 'raw',
    arguments: {},
    batch_input_shape: [null, 3],
    input_dtype: 'float32',
  },
  'Keras 2': {
    function: code,
    function_type: 'lambda',
    module: '__main__',
    output_shape: null,
    output_shape_type: 'raw',
    output_shape_module: null,
    arguments: {},
    batch_input_shape: [null, 3],
    dtype: 'float32',
  },
  'Keras 3': {
    function: { class_name: '__lambda__', config: { code: code[0], defaults: null, closure: null } },
    arguments: {},
  },
};
const chain = (config: Record<string, unknown>, version: string): string =>
  JSON.stringify({
    class_name: 'Sequential',
    keras_version: version,
    ...(version === '3' ? { module: 'keras', registered_name: null } : {}),
    config: {
      name: 'chain',
      layers: [
        ...(version === '3'
          ? [
              {
                module: 'keras.layers',
                class_name: 'InputLayer',
                config: { batch_shape: [null, 3], name: 'in', dtype: 'float32' },
                registered_name: null,
              },
            ]
          : []),
        {
          ...(version === '3' ? { module: 'keras.layers', registered_name: null } : {}),
          class_name: 'Lambda',
          config: { name: 'double', trainable: true, ...config },
        },
      ],
    },
  });
const refusal =
  "deserialize: Lambda layer 'double' holds code of Python, which is never run here.\n  Fix: write it in TypeScript and pass it under the layer's name: loadModel(path, { customObjects: { 'double': (x) => ... } }).";
const double = (x: trae.Tensor): trae.Tensor => x.multiply(2);
const x = trae.tensor([[1, 2, 3]]);

describe('Lambda layers in files', () => {
  const { modelFromJson, loadModel } = trae.keras.models;
  for (const [age, config] of Object.entries(lambda)) {
    const version = age.slice(-1);
    it(`${age}: bytecode is refused, with the way out`, () =>
      throwsText(() => modelFromJson(chain(config, version)), 'ValueError', refusal));
    it(`${age}: a function under the layer's name takes its place`, () => {
      const model = modelFromJson(chain(config, version), { customObjects: { double } });
      close(model.apply(x) as trae.Tensor, [2, 4, 6], 'output');
    });
  }
  it('an archive, whatever safeMode says', async () => {
    const file = path.join(temporaryFolder(), 'lambda.keras');
    await writeAtomically(file, async (sink) => {
      const zip = new ZipWriter(sink);
      await zip.add('metadata.json', (s) => s.write(Buffer.from('{"keras_version": "3.15.1"}')));
      await zip.add('config.json', (s) => s.write(Buffer.from(chain(lambda['Keras 3'], '3'))));
      await zip.finish();
    });
    for (const safeMode of [true, false]) await throwsText(() => loadModel(file, { safeMode }), 'ValueError', refusal);
  });
  it('a function by name is looked for among the custom objects', async () => {
    const named = { function: 'twice', function_type: 'function', batch_input_shape: [null, 3] };
    await throwsText(
      () => modelFromJson(chain(named, '2')),
      'TypeError',
      "Lambda layer 'double': its function 'twice' is not known.\n  Fix: pass it in customObjects: { customObjects: { 'twice': (x) => ... } }.",
    );
    close(
      modelFromJson(chain(named, '2'), { customObjects: { twice: double } }).apply(x) as trae.Tensor,
      [2, 4, 6],
      'output',
    );
  });
  it('arguments of the file reach the function', () => {
    const config = { ...lambda['Keras 2'], arguments: { factor: 5 } };
    const model = modelFromJson(chain(config, '2'), {
      customObjects: { double: (t: trae.Tensor, { factor }: { factor: number }) => t.multiply(factor) },
    });
    close(model.apply(x) as trae.Tensor, [5, 10, 15], 'output');
  });
  it('code in other places is refused too', () =>
    throwsText(
      () => trae.keras.saving.deserializeKerasObject({ class_name: '__lambda__', config: { code: code[0] } }),
      'ValueError',
      "deserialize: function '__lambda__' holds code of Python, which is never run here.\n  Fix: write it in TypeScript and pass it under the layer's name: loadModel(path, { customObjects: { '__lambda__': (x) => ... } }).",
    ));
  it('functions of TensorFlow that are not known, and one in their place', async () => {
    const graph = JSON.stringify({
      class_name: 'Functional',
      keras_version: '2.15.0',
      config: {
        name: 'm',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { batch_input_shape: [null, 3], name: 'x' },
            inbound_nodes: [],
          },
          {
            class_name: 'TFOpLambda',
            name: 'tf.strings.join',
            config: { name: 'tf.strings.join', function: 'strings.join' },
            inbound_nodes: [['x', 0, 0, { some_option: 4 }]],
          },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: [['tf.strings.join', 0, 0]],
      },
    });
    await throwsText(
      () => modelFromJson(graph),
      'TypeError',
      "deserialize: the function 'tf.strings.join' of TensorFlow has no counterpart here.\n  Fix: pass it in customObjects: { customObjects: { 'strings.join': (x, { someOption }) => ... } }.",
    );
    const model = modelFromJson(graph, {
      customObjects: {
        'strings.join': (t: trae.Tensor, { someOption }: { someOption: number }) => trae.add(t, someOption),
      },
    });
    close(model.apply(x) as trae.Tensor, [5, 6, 7], 'output');
  });
});
