/** The program `trae-node` as users run it, in a folder with models made here. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { ROOT, runNode, type Outcome } from '../packaging/consumer';

export const PROGRAM = path.join(ROOT, 'dist', 'cli', 'main.js');
const { layers, Model, Sequential } = trae.keras;

export class Workplace {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'trae-cli-')));
  at(...names: string[]): string {
    return path.join(this.folder, ...names);
  }
  write(name: string, content: string | Uint8Array): void {
    fs.writeFileSync(this.at(name), content);
  }
  /** Runs the program; never rejects. */
  run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return runNode([PROGRAM, ...args], { cwd: this.folder, env });
  }
  /** What it prints, success expected. */
  async printed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.equal(code, 0, `${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }
  async json<T = Record<string, never>>(...args: string[]): Promise<T> {
    return JSON.parse(await this.printed(...args, '--json')) as T;
  }
  /** The sentence of a failure: nothing on standard output, no stack. */
  async refused(status: number, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.equal(code, status, `${args.join(' ')}: ${stdout}${stderr}`);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.ok(stderr.startsWith('trae-node: '), stderr);
    return stderr.slice('trae-node: '.length).trimEnd();
  }
  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A trained classifier of four numbers: `model.keras`, and its values for `rows`. */
export async function writeClassifier(
  place: Workplace,
  rows: number[][],
): Promise<{ model: InstanceType<typeof Sequential>; values: number[][] }> {
  trae.setRandomSeed(3);
  const model = new Sequential(
    [
      layers.Input([4], { name: 'features' }),
      new layers.Dense(5, { activation: 'relu', name: 'hidden' }),
      new layers.Dense(3, { activation: 'softmax', name: 'classes' }),
    ],
    { name: 'classifier' },
  );
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  await model.fit(trae.random.normal([16, 4]), trae.zeros([16]), { verbose: 0 });
  await model.save(place.at('model.keras'));
  return { model, values: await valuesOf(model, rows) };
}
export async function valuesOf(model: InstanceType<typeof Model>, rows: number[][]): Promise<number[][]> {
  return (await ((await model.predict(trae.tensor(rows), { verbose: 0 })) as trae.Tensor).array()) as number[][];
}
/** Two inputs and two outputs by name. */
export async function writeTwoInputs(place: Workplace): Promise<InstanceType<typeof Model>> {
  trae.setRandomSeed(4);
  const age = layers.Input([1], { name: 'age' }) as trae.KerasTensor;
  const income = layers.Input([1], { name: 'income' }) as trae.KerasTensor;
  const both = new layers.Concatenate().apply([age, income]) as trae.KerasTensor;
  const risk = new layers.Dense(2, { name: 'risk' }).apply(both) as trae.KerasTensor;
  const score = new layers.Dense(1, { name: 'score' }).apply(age) as trae.KerasTensor;
  const model = new Model({ inputs: [age, income], outputs: [risk, score] });
  await model.save(place.at('two.keras'));
  return model;
}
export function assertClose(found: readonly number[][], expected: readonly number[][], within = 1e-5): void {
  assert.equal(found.length, expected.length);
  found.forEach((row, i) => {
    assert.equal(row.length, expected[i].length);
    row.forEach((v, j) =>
      assert.ok(Math.abs(v - expected[i][j]) <= within, `row ${i}, column ${j}: ${v}, ${expected[i][j]} expected`),
    );
  });
}
