/** The commands of `trae-node`: what they take and what their help says. What they do is loaded when it is needed, so that help needs no engine. */
import type { CommandRun } from './context';

/** @internal */
export interface OptionOf {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}
/** @internal */
export interface Command {
  readonly name: string;
  /** Names of the operands in order; the last may be followed by more of its kind when it ends in '...'. */
  readonly operands: readonly string[];
  readonly about: string;
  readonly options: Readonly<Record<string, OptionOf>>;
  /** Paragraphs at the end of the help. */
  readonly details: readonly string[];
  readonly load: () => Promise<{ run: CommandRun }>;
}

/** @internal Options that every command has. */
export const COMMON: Readonly<Record<string, OptionOf>> = {
  json: { type: 'boolean', help: 'print JSON, for programs' },
  verbose: { type: 'boolean', help: 'with an error, show where in the program it arose' },
  help: { type: 'boolean', help: 'show this help' },
};
const customObjects: OptionOf = {
  type: 'string',
  value: 'FILE',
  help: "a JavaScript file that exports the model's own classes and functions; it is run",
};
const READS =
  'MODEL is a .keras or .h5 file of any Keras, or the model.json of a layers model of TensorFlow.js; what a file is, is found by what it holds.';

/** @internal */
export const COMMANDS: readonly Command[] = [
  {
    name: 'doctor',
    operands: [],
    about: 'shows the versions, the processor, the limits and the binary in use, and computes something',
    options: {},
    details: [
      'Works where the engine does not load: then it shows every place that was tried, why each failed and what to do, and ends with status 1.',
    ],
    load: () => import('./doctor.js'),
  },
  {
    name: 'summary',
    operands: ['MODEL'],
    about: 'prints the table of the layers of a model',
    options: {
      'expand-nested': { type: 'boolean', help: 'also the layers inside of models' },
      'show-trainable': { type: 'boolean', help: 'a column that says which layers are trained' },
      width: { type: 'string', value: 'N', help: 'width in characters (default: that of the terminal, at most 108)' },
      'custom-objects': customObjects,
    },
    details: [READS],
    load: () => import('./summary.js'),
  },
  {
    name: 'plot',
    operands: ['MODEL'],
    about: 'draws the graph of a model',
    options: {
      out: {
        type: 'string',
        value: 'FILE',
        help: 'where to: .svg, .png or .dot (default: the name of the model with .svg, in this folder)',
      },
      'show-shapes': { type: 'boolean', help: 'shapes of inputs and outputs' },
      'show-dtype': { type: 'boolean', help: 'dtypes of outputs' },
      'show-layer-names': { type: 'boolean', help: 'names of the layers beside their classes' },
      'show-layer-activations': { type: 'boolean', help: 'activations' },
      'show-trainable': { type: 'boolean', help: 'which layers are trained' },
      'expand-nested': { type: 'boolean', help: 'the layers inside of models' },
      rankdir: { type: 'string', value: 'DIRECTION', help: 'TB (from top to bottom, the default), LR, BT or RL' },
      dpi: { type: 'string', value: 'N', help: 'dots per inch of a .png (default 200)' },
      'custom-objects': customObjects,
    },
    details: [READS, 'For .png the package @resvg/resvg-js has to be installed.'],
    load: () => import('./plot.js'),
  },
  {
    name: 'convert',
    operands: ['IN', 'OUT'],
    about: 'writes a model or weights in another format, chosen by the name of OUT',
    options: {
      model: {
        type: 'string',
        value: 'MODEL',
        help: 'the model that the weights in IN belong to: .keras, .h5, model.json or the JSON of an architecture',
      },
      'by-name': { type: 'boolean', help: 'with --model: match layers by name' },
      'skip-mismatch': { type: 'boolean', help: 'with --model: leave alone what has another shape' },
      'max-shard-size': {
        type: 'string',
        value: 'GB',
        help: 'for .weights.json: largest size of a file, in gigabytes of 1024^3 bytes (default 10)',
      },
      'no-compile': { type: 'boolean', help: 'leave out the optimizer, its state, loss and metrics' },
      'custom-objects': customObjects,
    },
    details: [
      'Models: .keras, .h5 and model.json (TensorFlow.js) are read; .keras and .h5 are written.',
      'Weights: .weights.h5, .h5, .weights.json (several files), .safetensors and .npz are read and written. Out of a model, its weights alone can be written; .safetensors and .npz become one another array by array, and .weights.h5 and .h5 become either without a model.',
      'TensorFlow.js is read and not written.',
    ],
    load: () => import('./convert.js'),
  },
  {
    name: 'inspect',
    operands: ['FILE'],
    about: 'shows what is in a file without loading it: tensors, configuration, versions',
    options: { config: { type: 'boolean', help: 'print the whole configuration of the model, as JSON' } },
    details: [
      'FILE is .keras, .h5, .weights.h5, .weights.json, any other HDF5, .safetensors, .npz, .npy, the model.json of TensorFlow.js or the JSON of an architecture.',
      'No class is looked up and no weight is read: it also works for models with classes of their own, and for files larger than the memory.',
    ],
    load: () => import('./inspect.js'),
  },
  {
    name: 'predict',
    operands: ['MODEL', 'INPUT...'],
    about: 'runs a model on data',
    options: {
      out: {
        type: 'string',
        value: 'FILE',
        help: 'where to: .npy, .npz, .csv or .json (default: as text, to the standard output)',
      },
      'batch-size': { type: 'string', value: 'N', help: 'examples at a time (default 32)' },
      top: { type: 'string', value: 'K', help: 'show the K largest values of each example, with their classes' },
      'class-names': {
        type: 'string',
        value: 'NAMES',
        help: 'names of the classes: a file with one a line or a JSON array, or the names themselves with commas between',
      },
      header: {
        type: 'string',
        value: 'yes|no',
        help: 'whether the first line of a .csv has names (default: when it holds no numbers)',
      },
      delimiter: {
        type: 'string',
        value: 'CHARACTER',
        help: 'what stands between the values of a .csv (default: comma, semicolon or tab, whichever the first line has)',
      },
      rescale: { type: 'string', value: 'FACTOR', help: 'multiply images by this, as 1/255' },
      interpolation: {
        type: 'string',
        value: 'NAME',
        help: "how images are resized to the model's input: nearest (the default, as in Keras), bilinear, bicubic, lanczos3, lanczos5",
      },
      'custom-objects': customObjects,
    },
    details: [
      READS,
      'INPUT is .npy, .npz (for several inputs: arrays with the names of the inputs, or in their order), .csv (a line for each example; reshaped where the model wants more axes), .json (nested arrays, or a record of them), or one or more images, which are resized to what the model takes. Models with several inputs also take a file for each.',
      'Images other than .png need the package sharp.',
    ],
    load: () => import('./predict.js'),
  },
];
