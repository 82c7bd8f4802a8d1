/**
 * Options stand with their class: what its TypeScript interface documents has a kind, and what has a kind is documented.
 * A class of the user's own may call its options what it likes.
 */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import ts from 'typescript';
import * as trae from '../../lib/index';
import { kindsOf, namesOf } from '../../lib/keras/option_kinds';
import { builtInClasses, type SerializableClass } from '../../lib/keras/serialization/registry';
import { throwsText } from './helpers';

/** Options that a class sets itself and passes to the class that it extends: callers do not give them. */
const SET_BY_CLASS: Readonly<Record<string, readonly string[]>> = {
  OneHotIoU: ['sparseYTrue'],
  OneHotMeanIoU: ['sparseYTrue'],
  LossScaleOptimizer: Object.keys(kindsOf(trae.keras.optimizers.Optimizer)),
  MultiOptimizer: Object.keys(kindsOf(trae.keras.optimizers.Optimizer)),
};
const ROOT = path.resolve(__dirname, '..', '..');

/** Names of the options that a constructor takes, by the types of its parameters; null where it takes any name. */
function documentedOptions(checker: ts.TypeChecker, signature: ts.Signature): Set<string> | null {
  const names = new Set<string>();
  for (const parameter of signature.getParameters()) {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
    for (const part of type.isUnion() ? type.types : [type]) {
      if (!isOptions(checker, part)) continue;
      if (part.getStringIndexType()) return null;
      for (const property of part.getProperties()) names.add(property.name);
    }
  }
  return names;
}
/** Whether a type is one of options: a record whose fields may all be left out, or one that is named so. */
function isOptions(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
  if (checker.isArrayType(type) || checker.isTupleType(type) || type.getCallSignatures().length) return false;
  if (/Options$/.test((type.aliasSymbol ?? type.symbol)?.name ?? '')) return true;
  if (type.getProperty('class_name')) return false; // a config
  if (type.isIntersection() && type.types.some((part) => isOptions(checker, part))) return true;
  const properties = type.getProperties();
  return properties.length > 0 && properties.every((p) => p.flags & ts.SymbolFlags.Optional);
}

interface Documented {
  title: string;
  cls: SerializableClass;
  options: Set<string>;
}
function programOf(): ts.Program {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return ts.createProgram([path.join(ROOT, 'lib', 'index.ts')], { ...options, noEmit: true });
}
interface Checked {
  title: string;
  documented: string[];
  kinds: string[];
}
/** Every call of `checkOptions` whose options have a type: the names of the type, and those that have a kind. */
function checkedOptions(program: ts.Program): Checked[] {
  const checker = program.getTypeChecker();
  return program.getSourceFiles().flatMap((source) => {
    const file = path.relative(ROOT, source.fileName);
    if (!file.startsWith(path.join('lib', 'keras'))) return [];
    const found: Checked[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.getText() === 'checkOptions') {
        const [where, given, known] = node.arguments;
        const type = checker.getNonNullableType(checker.getTypeAtLocation(given));
        const parts = (type.isUnion() ? type.types : [type]).filter((part) => isOptions(checker, part));
        const kinds = checker.getTypeAtLocation(known);
        if (
          parts.length &&
          !parts.some((part) => part.getStringIndexType()) &&
          !kinds.getStringIndexType() &&
          !checker.isArrayType(kinds) &&
          kinds.getProperties().length // one of several tables, chosen by what was given
        )
          found.push({
            title: `${file}: ${where.getText()}`,
            documented: [...new Set(parts.flatMap((part) => part.getProperties().map((p) => p.name)))].sort(),
            kinds: kinds
              .getProperties()
              .map((p) => p.name)
              .sort(),
          });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}
/** Every class of Keras that is exported, with the options that its types name. */
function documentedClasses(program: ts.Program): Documented[] {
  const checker = program.getTypeChecker();
  const registered = new Set(builtInClasses().map((c) => c.cls));
  return program.getSourceFiles().flatMap((source) => {
    const file = path.relative(ROOT, source.fileName);
    if (!file.startsWith(path.join('lib', 'keras'))) return [];
    return source.statements.filter(ts.isClassDeclaration).flatMap((node): Documented[] => {
      if (!node.name || !node.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) return [];
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the name of the file
      const cls = (require(source.fileName) as Record<string, SerializableClass>)[node.name.text];
      const isCallback = cls.prototype instanceof trae.keras.callbacks.Callback;
      if (!registered.has(cls) && !isCallback) return [];
      const type = checker.getTypeOfSymbol(checker.getSymbolAtLocation(node.name)!);
      const [signature] = type.getConstructSignatures();
      const names = signature && documentedOptions(checker, signature);
      return names ? [{ title: `${file}: ${node.name.text}`, cls, options: names }] : [];
    });
  });
}

describe('kinds of options', () => {
  let classes: Documented[] = [];
  let functions: Checked[] = [];
  before(function () {
    this.timeout(300_000);
    const program = programOf();
    classes = documentedClasses(program);
    functions = checkedOptions(program);
    assert.ok(classes.length > 250, `${classes.length} classes`);
  });

  it('every option that the interface of a class documents has a kind', () => {
    const missing = classes.flatMap(({ title, cls, options }) => {
      const known = kindsOf(cls);
      return [...options].filter((name) => !Object.hasOwn(known, name)).map((name) => `${title}.${name}`);
    });
    assert.deepEqual(missing, []);
  });

  it('every kind is of an option that the interface of its class documents', () => {
    const surplus = classes.flatMap(({ title, cls, options }) =>
      Object.keys(kindsOf(cls))
        // What is given by position is documented there; configs hold it by name.
        .filter((name) => !options.has(name) && !namesOf(cls.positional).includes(name))
        .filter((name) => !SET_BY_CLASS[cls.name]?.includes(name))
        .map((name) => `${title}.${name}`),
    );
    assert.deepEqual(surplus, []);
  });

  it('functions and methods: fit, compile, loadModel and the like have a kind for each option that they document', () => {
    assert.ok(functions.length > 30, `${functions.length} calls`);
    const differing = functions.filter(({ documented, kinds }) => documented.join() !== kinds.join());
    assert.deepEqual(differing, []);
  });

  it('a layer of the user may call its options what it likes', async () => {
    interface PaceOptions extends trae.keras.layers.LayerOptions {
      rate?: string;
      gamma?: readonly number[];
      steps?: string;
      seed?: string;
      useBias?: number;
    }
    class Pace extends trae.keras.Layer {
      static override options = ['rate', 'gamma', 'steps', 'seed', 'useBias'];
      readonly given: PaceOptions;
      constructor(options: PaceOptions = {}) {
        super(options);
        this.given = options;
      }
      override call(x: trae.Tensor): trae.Tensor {
        return x.multiply(this.given.gamma!.length);
      }
      override getConfig(): Record<string, unknown> {
        const { rate, gamma, steps, seed, useBias } = this.given;
        return { ...super.getConfig(), rate, gamma, steps, seed, useBias };
      }
    }
    const given = { rate: 'fast', gamma: [1, 2], steps: 'all', seed: 'oak', useBias: 3 };
    const layer = new Pace({ ...given, name: 'pace', trainable: false });
    assert.deepEqual((layer.apply(trae.ones([2])) as trae.Tensor).arraySync(), [2, 2]);
    const copy = trae.keras.saving.deserializeKerasObject(trae.keras.saving.serializeKerasObject(layer), {
      customObjects: { Pace },
    }) as Pace;
    assert.deepEqual(
      { ...given },
      Object.fromEntries(Object.keys(given).map((k) => [k, copy.given[k as keyof PaceOptions]])),
    );
    await throwsText(
      () => new Pace({ rat: 'fast' } as never),
      'TypeError',
      "Pace: unknown option 'rat'. Did you mean 'rate'?\n  Known options: name, trainable, dtype, autocast, inputShape, batchInputShape, batchSize, inputDtype, activityRegularizer, weights, rate, gamma, steps, seed, useBias",
    );
    await throwsText(
      () => new Pace({ trainable: 'yes' } as never),
      'TypeError',
      "Pace: trainable must be true or false.\n  Received: 'yes'",
    );
  });

  it('a subclass inherits the kinds of its parent, and its own win', async () => {
    const { Dropout } = trae.keras.layers;
    class Paced extends Dropout {
      static override options: trae.keras.OptionKinds = {
        seed: { is: (value) => value === 'oak' || value === 'elm', expected: "'oak' or 'elm'" },
        pace: trae.keras.optionKinds.count,
      };
      constructor(rate: number, { seed, pace, ...options }: Record<string, unknown> = {}) {
        super(rate, { ...options, seed, pace } as never);
      }
    }
    assert.deepEqual(Object.keys(kindsOf(Paced)).slice(-3), ['noiseShape', 'seed', 'pace']);
    await throwsText(
      () => new Paced(0.5, { seed: 3 }),
      'ValueError',
      "Paced: seed must be 'oak' or 'elm'.\n  Received: 3",
    );
    await throwsText(
      () => new Paced(0.5, { pace: -1 }),
      'ValueError',
      'Paced: pace must be an integer >= 0.\n  Received: -1',
    );
    await throwsText(
      () => new Paced(0.5, { noiseShape: 3 }),
      'TypeError',
      'Dropout: noiseShape must be a list of sizes.\n  Received: 3',
    );
    await throwsText(
      () => new Dropout(0.5, { seed: 'oak' } as never),
      'ValueError',
      "Dropout: seed must be an integer >= 0 or a SeedGenerator.\n  Received: 'oak'",
    );
    assert.equal(new Dropout(0.5, { seed: 3 }).getConfig().seed, 3);
  });

  it('null takes an option of the parent away, and a list of names leaves its values to the class', async () => {
    class Fixed extends trae.keras.layers.ReLU {
      static override options: trae.keras.OptionKinds = { maxValue: null };
    }
    assert.equal(new Fixed({ threshold: 1 }).threshold, 1);
    await throwsText(
      () => new Fixed({ maxValue: 6 }),
      'TypeError',
      "Fixed: unknown option 'maxValue'.\n  Known options: name, trainable, dtype, autocast, inputShape, batchInputShape, batchSize, inputDtype, activityRegularizer, weights, negativeSlope, threshold",
    );
    class Own extends trae.keras.optimizers.SGD {
      static override options = ['momentum'];
      constructor(options: object) {
        super({ ...options, momentum: 0 });
      }
    }
    assert.equal(new Own({ learningRate: 0.5 }).learningRate instanceof trae.Variable, true);
  });
});
