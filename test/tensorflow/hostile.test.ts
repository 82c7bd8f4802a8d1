/** SavedModels that are damaged or lie: a sentence, no raw error, no hang. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { extractArchive } from '../../lib/io/download/archives';
import { randomSource } from '../io/random_source';
import {
  createSavedModel,
  decode,
  encode,
  type FunctionDef,
  type MetaGraphDef,
  type NodeDef,
} from '../../lib/tensorflow/saved_model/messages';
import { GraphProgram } from '../../lib/tensorflow/graph/program';
import { arraysOf, fileOf, inputsOf } from './helpers';
import { isClean, mutations, PARTS } from './mutations';

type Inputs = trae.Tensor | trae.Tensor[];
describe('hostile SavedModels', function () {
  this.timeout(1_200_000);
  let folder: string;
  const originals: Record<string, { at: string; bytes: Buffer; inputs: Inputs }> = {};
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-hostile-'));
    for (const name of ['reusable', 'control']) {
      const at = path.join(folder, name);
      await extractArchive(fileOf(`${name}.tar.gz`), at, 'auto');
      originals[name] = {
        at,
        bytes: fs.readFileSync(path.join(at, 'saved_model.pb')),
        inputs: inputsOf(await arraysOf(name)),
      };
    }
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  afterEach(() => {
    for (const { at, bytes } of Object.values(originals)) fs.writeFileSync(path.join(at, 'saved_model.pb'), bytes);
  });

  const use = async (name: string): Promise<void> => {
    const layer = await trae.hub.KerasLayer.load(originals[name].at, { trainable: true });
    for (const training of [false, true]) {
      const y = layer.apply(originals[name].inputs, { training }) as Record<string, trae.Tensor> | trae.Tensor;
      await Promise.all((y instanceof trae.Tensor ? [y] : Object.values(y)).map((t) => t.data()));
    }
  };
  async function attempt(name: string, bytes: Uint8Array): Promise<string | null> {
    fs.writeFileSync(path.join(originals[name].at, 'saved_model.pb'), bytes);
    try {
      await use(name);
      return null;
    } catch (error) {
      assert.ok(isClean(error), (error as Error).stack);
      return (error as Error).message;
    }
  }
  /** The error for a graph that was changed on purpose. */
  async function refusal(name: string, change: (graph: MetaGraphDef) => void): Promise<string> {
    const graph = decode('SavedModel', originals[name].bytes, name).metaGraphs[0];
    change(graph);
    const message = await attempt(name, encode('SavedModel', createSavedModel(graph)));
    return message ?? assert.fail('it was loaded and computed');
  }
  const functionOf = (graph: MetaGraphDef, pattern: RegExp): FunctionDef =>
    graph.graphDef!.library!.function.find((f) => pattern.test(f.signature!.name))!;
  const nodeOf = (f: FunctionDef, op: string): NodeDef => f.nodeDef.find((n) => n.op === op)!;
  /** The function that the model calls. */
  const called = (graph: MetaGraphDef): FunctionDef => {
    const root = graph.objectGraphDef!.nodes[0];
    const { kind } = graph.objectGraphDef!.nodes[root.children.find((c) => c.localName === '__call__')!.nodeId];
    assert.ok(kind.case === 'function');
    const name = kind.value.concreteFunctions[0];
    return graph.graphDef!.library!.function.find((f) => f.signature!.name === name)!;
  };

  for (const part of PARTS)
    it(`with bytes of ${part} changed in many ways`, async () => {
      const attempt = await mutations(part);
      for (let seed = 0; seed < 100; seed++) await attempt(seed);
    });
  it('cut off at any length', async () => {
    const { bytes } = originals.control;
    for (let i = 0; i < 60; i++) await attempt('control', bytes.subarray(0, Math.floor((bytes.length * i) / 60)));
  });
  for (const name of ['reusable', 'control'])
    it(`with bytes of ${name} changed`, async () => {
      const { bytes } = originals[name];
      for (let seed = 0; seed < 150; seed++) {
        const random = randomSource(seed + 1);
        const changed = Buffer.from(bytes);
        for (let i = 0; i <= seed % 3; i++) changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
        await attempt(name, changed);
      }
    });
  it('with parts of the graph exchanged, left out or doubled', async () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = randomSource(seed + 1);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
      const graph = decode('SavedModel', originals.control.bytes, 'control').metaGraphs[0];
      const f = pick(graph.graphDef!.library!.function);
      const n = pick(f.nodeDef);
      const other = pick(f.nodeDef);
      const changes = [
        () => n && ([n.input, other.input] = [other.input, n.input]),
        () => n && (n.op = other.op),
        () => n && ([n.attr, other.attr] = [other.attr, n.attr]),
        () => f.nodeDef.splice(f.nodeDef.indexOf(n), 1),
        () => f.signature!.inputArg.pop(),
        () => n && (n.input[0] = `${other.name}:output:7`),
        () => Object.keys(f.ret).forEach((k) => (f.ret[k] = n ? `${n.name}:z:0` : 'nothing')),
        () => graph.graphDef!.library!.function.splice(graph.graphDef!.library!.function.indexOf(f), 1),
      ];
      pick(changes)();
      await attempt('control', encode('SavedModel', createSavedModel(graph)));
    }
  });
  it('whose functions call themselves', async () => {
    const message = await refusal('control', (graph) => {
      const f = called(graph);
      const call = nodeOf(f, 'PartitionedCall') ?? nodeOf(f, 'StatefulPartitionedCall');
      const { value } = call.attr.f;
      assert.ok(value.case === 'func');
      value.value.name = f.signature!.name;
    });
    assert.match(message, /function '.*' calls itself, directly or through others/);
  });
  it('whose nodes need their own result', async () => {
    const message = await refusal('control', (graph) => {
      const f = called(graph);
      const first = nodeOf(f, 'Shape') ?? f.nodeDef[0];
      first.input[0] = Object.values(f.ret)[0];
      for (const key of Object.keys(f.ret)) f.ret[key] = `${first.name}:output:0`;
      first.input[0] = `${first.name}:output:0`;
    });
    assert.match(message, /needs its own result/);
  });
  it('whose loop does not end', async () => {
    const message = await refusal('control', (graph) => {
      // The counter is compared with itself, and stays as it is.
      for (const n of functionOf(graph, /while_cond/).nodeDef)
        if (n.op === 'Less') [n.op, n.input[1]] = ['LessEqual', n.input[0]];
      const body = functionOf(graph, /while_body/);
      body.signature!.outputArg.forEach((o, i) => (body.ret[o.name] = body.signature!.inputArg[i].name));
    });
    assert.match(message, /does not end within 20000 rounds/);
  });
  it('whose functions call others twice each, many levels deep', () => {
    const library = decode('SavedModel', originals.control.bytes, 'control').metaGraphs[0].graphDef!.library!.function;
    const inner = library.find((f) => /inner/.test(f.signature!.name))!;
    const args = inner.signature!.inputArg.map((a) => a.name);
    const functions = [inner];
    for (let level = 0; level < 40; level++) {
      const f = structuredClone(inner);
      const called = functions.at(-1)!.signature!.name;
      const call = (name: string, input: string[]): NodeDef => ({
        $typeName: 'tensorflow.NodeDef',
        name,
        op: 'PartitionedCall',
        input,
        attr: {
          f: {
            $typeName: 'tensorflow.AttrValue',
            value: { case: 'func', value: { $typeName: 'tensorflow.NameAttrList', name: called } },
          },
        },
      });
      f.signature!.name = `level ${level}`;
      f.nodeDef = [call('once', args), call('twice', ['once:output:0', 'once:output:1'])];
      f.controlRet = {};
      Object.keys(f.ret).forEach((k, i) => (f.ret[k] = `twice:output:${i}`));
      functions.push(f);
    }
    const program = new GraphProgram(functions, 'file', { steps: 5000, rounds: 10 });
    const x = trae.ones([2]);
    program.prepare(['level 39']);
    assert.throws(() => program.call('level 39', [x, x]), /file: one call computes more than 5000 operations/);
    assert.equal(program.call('level 1', [x, x]).length, 2); // as often as one likes
  });
  it('that need operations without a counterpart: all are named, with how often they occur', async () => {
    const message = await refusal('control', (graph) => {
      const f = called(graph);
      const some = f.nodeDef.filter((n) => n.op === 'Const').slice(0, 3);
      some.forEach((n, i) => (n.op = i ? 'ReadFile' : 'PyFunc'));
    });
    assert.match(message, /needs 2 operations that have no counterpart here: ReadFile \(2 times\), PyFunc \(1 times\)/);
  });
  it('whose constants lie about their shape', async () => {
    const message = await refusal('control', (graph) => {
      const constant = called(graph).nodeDef.find((n) => n.op === 'Const')!;
      const { value } = constant.attr.value;
      assert.ok(value.case === 'tensor');
      value.value.tensorShape!.dim = [1, 2, 3].map(() => ({
        $typeName: 'tensorflow.TensorShapeProto.Dim',
        size: 2n ** 40n,
      })) as never;
    });
    assert.match(message, /is too large|takes .* bytes/);
  });
  it('whose files of data are absent, or others', async () => {
    const variables = path.join(originals.reusable.at, 'variables');
    const data = fs.readdirSync(variables).find((f) => f.includes('.data-'))!;
    const whole = fs.readFileSync(path.join(variables, data));
    for (const change of [
      () => fs.rmSync(path.join(variables, data)),
      () => fs.writeFileSync(path.join(variables, data), whole.subarray(9)),
    ]) {
      change();
      const message = await attempt('reusable', originals.reusable.bytes);
      assert.match(message!, /no such file|damaged|ends at byte/);
      fs.writeFileSync(path.join(variables, data), whole);
    }
  });
  it('of 100000 nodes are computed', async () => {
    const graph = decode('SavedModel', originals.control.bytes, 'control').metaGraphs[0];
    const f = called(graph);
    const ret = Object.keys(f.ret);
    const argument = f.signature!.inputArg[0].name;
    const nodes = Array.from({ length: 100_000 }, (_, i) => ({
      $typeName: 'tensorflow.NodeDef',
      name: `n${i}`,
      op: 'Neg',
      input: [i ? `n${i - 1}:y:0` : argument],
      attr: {},
    }));
    f.nodeDef = nodes as never;
    f.controlRet = {};
    for (const key of ret) f.ret[key] = 'n99999:y:0';
    fs.writeFileSync(path.join(originals.control.at, 'saved_model.pb'), encode('SavedModel', createSavedModel(graph)));
    const layer = await trae.hub.KerasLayer.load(originals.control.at);
    const y = layer.apply(originals.control.inputs) as Record<string, trae.Tensor>;
    assert.deepEqual(await Object.values(y)[0].data(), await (originals.control.inputs as trae.Tensor).data());
  });
});
