/** predict: data of every format into a model, its values as text and files. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { PNG } from 'pngjs';
import * as trae from '../../lib/index';
import { NpzReader, readNpy } from '../../lib/io/npz';
import { withFile } from '../../lib/io/source';
import { assertClose, Workplace, writeClassifier, writeTwoInputs } from './program';

const { layers, Sequential } = trae.keras;
const ROWS = [
  [1, 2, 3, 4],
  [-1, 0, 0.5, 2],
  [0, 0, 0, 0],
];
const numbersIn = (csv: string): number[][] =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
/** An array in NumPy's format. */
function npy(values: readonly number[], shape: readonly number[]): Buffer {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117) + '\n';
  const head = Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1');
  return Buffer.concat([head, Buffer.from(text, 'latin1'), Buffer.from(Float64Array.from(values).buffer)]);
}
function png(width: number, height: number, pixel: (x: number, y: number) => [number, number, number]): Buffer {
  const image = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) image.data.set([...pixel(x, y), 255], 4 * (y * width + x));
  return PNG.sync.write(image);
}

describe('trae-node predict', function () {
  this.timeout(600_000);
  const place = new Workplace();
  let values: number[][];
  before(async () => {
    ({ values } = await writeClassifier(place, ROWS));
    place.write('x.csv', ROWS.map((r) => r.join(',')).join('\n'));
    place.write('x.npy', npy(ROWS.flat(), [3, 4]));
    place.write('x.json', JSON.stringify(ROWS));
    place.write('named.csv', `a,b,c,d\n${ROWS.map((r) => r.join(';').replaceAll(';', ',')).join('\n')}\n`);
    await writeTwoInputs(place);
  });
  after(() => place.remove());

  it('takes tables, arrays and JSON, and prints a line for each example', async () => {
    for (const file of ['x.csv', 'x.npy', 'x.json', 'named.csv'])
      assertClose(numbersIn(await place.printed('predict', 'model.keras', file)), values);
    assertClose(numbersIn(await place.printed('predict', 'model.keras', 'x.csv', 'x.npy', '--batch-size', '2')), [
      ...values,
      ...values,
    ]);
    place.write('one.npy', npy(ROWS[0], [4]));
    assertClose(numbersIn(await place.printed('predict', 'model.keras', 'one.npy')), [values[0]]);
  });
  it('gives JSON with names, shapes and values', async () => {
    const { outputs, model } = await place.json<{
      model: string;
      outputs: { name: string; shape: number[]; dtype: string; values: number[][] }[];
    }>('predict', 'model.keras', 'x.csv');
    assert.equal(model, 'model.keras');
    assert.deepEqual(
      outputs.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
      [{ name: 'classes', shape: [3, 3], dtype: 'float32' }],
    );
    assert.deepEqual(
      outputs[0].values.map((r) => r.map(Math.fround)),
      values,
    );
  });
  it('writes .npy, .npz, .csv and .json', async () => {
    assert.equal(
      await place.printed('predict', 'model.keras', 'x.csv', '--out', 'y.npy'),
      'wrote y.npy: classes, float32 of shape (3, 3)\n',
    );
    const array = await withFile(place.at('y.npy'), (source) => readNpy(source));
    assert.deepEqual([array.shape, array.dtype, [...(array.data as Float32Array)]], [[3, 3], 'float32', values.flat()]);
    await place.printed('predict', 'model.keras', 'x.csv', '-o', 'y.npz');
    assert.deepEqual(
      [
        ...((await withFile(place.at('y.npz'), (source) => new NpzReader(source).read('classes')))
          .data as Float32Array),
      ],
      values.flat(),
    );
    await place.printed('predict', 'model.keras', 'x.csv', '-o', 'y.csv', '--class-names', 'a,b,"c');
    const [head, ...lines] = fs.readFileSync(place.at('y.csv'), 'utf8').trim().split('\n');
    assert.equal(head, 'a,b,"""c"');
    assert.deepEqual(
      numbersIn(lines.join('\n')).map((r) => r.map(Math.fround)),
      values,
    );
    await place.printed('predict', 'model.keras', 'x.csv', '-o', 'y.json');
    assert.deepEqual(
      (JSON.parse(fs.readFileSync(place.at('y.json'), 'utf8')) as number[][]).map((r) => r.map(Math.fround)),
      values,
    );
  });
  it('names the largest values of each example', async () => {
    place.write('names.txt', 'first\nsecond\n\nthird\n');
    const order = values.map((row) => row.map((v, i) => [v, i]).sort((a, b) => b[0] - a[0]));
    const names = ['first', 'second', 'third'];
    const expected = order.map(
      (row, i) =>
        `${i}: ${row
          .slice(0, 2)
          .map(([v, c]) => `${names[c]} ${Number(v.toPrecision(4))}`)
          .join(', ')}`,
    );
    assert.equal(
      await place.printed('predict', 'model.keras', 'x.csv', '--top', '2', '--class-names', 'names.txt'),
      `${expected.join('\n')}\n`,
    );
    const { top } = await place.json<{ top: { class: number; name: string }[][] }>(
      'predict',
      'model.keras',
      'x.csv',
      '--top',
      '9',
      '--class-names',
      'names.txt',
    );
    assert.deepEqual(
      top.map((row) => row.map((c) => c.class)),
      order.map((row) => row.map(([, c]) => c)),
    );
  });
  it('takes several inputs: columns by name, arrays by name or place, a file for each', async () => {
    const model = await trae.keras.models.loadModel(place.at('two.keras'));
    const [risk, score] = (await model.predict([trae.tensor([[30], [40]]), trae.tensor([[5], [6]])], {
      verbose: 0,
    })) as trae.Tensor[];
    const expected = [risk.arraySync(), score.arraySync()] as number[][][];
    place.write('people.csv', 'income,age\n5,30\n6,40\n');
    place.write('age.csv', '30\n40\n');
    place.write('income.csv', '5\n6\n');
    place.write('people.json', JSON.stringify({ income: [[5], [6]], age: [[30], [40]] }));
    type Found = { outputs: { name: string; values: number[][] }[] };
    for (const files of [['people.csv'], ['people.json'], ['age.csv', 'income.csv']]) {
      const { outputs } = await place.json<Found>('predict', 'two.keras', ...files);
      assert.deepEqual(
        outputs.map((o) => o.name),
        ['risk', 'score'],
      );
      outputs.forEach((o, i) => assertClose(o.values, expected[i]));
    }
    const text = await place.printed('predict', 'two.keras', 'people.csv');
    assert.match(text, /^risk, float32 of shape \(2, 2\):\n.*\n.*\nscore, float32 of shape \(2, 1\):\n/);
    place.write('other.csv', 'a,b\n1,2\n');
    assert.match(
      await place.refused(1, 'predict', 'two.keras', 'other.csv'),
      /^other\.csv: the model takes 2 inputs \(age, income\), and the columns are a, b\./,
    );
    assert.match(
      await place.refused(1, 'predict', 'two.keras', 'people.csv', '-o', 'z.npy'),
      /^z\.npy: it holds one array, and the model gives 2 \(risk, score\)\./,
    );
  });
  it('takes images, of the size and colours that the model wants', async () => {
    const mean = new Sequential([layers.Input([2, 2, 3]), new layers.GlobalAveragePooling2D()]);
    await mean.save(place.at('mean.keras'));
    place.write(
      'red.png',
      png(2, 2, () => [200, 10, 0]),
    );
    place.write(
      'large.png',
      png(4, 4, (x, y) => [x < 2 ? 0 : 100, y < 2 ? 0 : 100, 7]),
    );
    assert.equal(await place.printed('predict', 'mean.keras', 'red.png', 'large.png'), '200,10,0\n50,50,7\n');
    assertClose(numbersIn(await place.printed('predict', 'mean.keras', 'red.png', '--rescale', '1/255')), [
      [200 / 255, 10 / 255, 0],
    ]);
    const grey = new Sequential([layers.Input([4]), new layers.Rescaling(1)]);
    await grey.save(place.at('grey.keras'));
    assert.equal(
      await place.printed('predict', 'grey.keras', 'red.png'),
      `${Array(4)
        .fill(Math.round(200 * 0.299 + 10 * 0.587))
        .join(',')}\n`,
    );
  });
  it('takes texts where a model does', async () => {
    const lookup = new layers.TextVectorization({ vocabulary: ['good', 'bad'], outputSequenceLength: 2 } as never);
    const model = new Sequential([layers.Input([1], { dtype: 'string' }), lookup]);
    await model.save(place.at('texts.keras'));
    place.write('texts.csv', 'good bad\n"bad, so bad"\n');
    const found = numbersIn(await place.printed('predict', 'texts.keras', 'texts.csv'));
    assert.deepEqual(found, [
      [2, 3],
      [3, 1],
    ]);
  });
  it('reshapes rows into the axes that a model takes', async () => {
    const square = new Sequential([layers.Input([2, 2, 1]), new layers.Flatten()]);
    await square.save(place.at('square.keras'));
    assert.deepEqual(numbersIn(await place.printed('predict', 'square.keras', 'x.csv')), ROWS);
    const long = new Sequential([layers.Input([2, 2]), new layers.Rescaling(2)]);
    await long.save(place.at('long.keras'));
    assert.equal((await place.printed('predict', 'long.keras', 'x.csv')).split('\n')[0], '[[2,4],[6,8]]');
  });
  it('says where data are wrong', async () => {
    place.write('bad.csv', 'a,b,c,d\n1,2,3,4\n1,2,x,4\n');
    place.write('gap.csv', '1,2,,4\n');
    place.write('ragged.csv', '1,2,3,4\n1,2\n');
    place.write('wide.csv', '1,2,3\n');
    place.write('empty.csv', '\n');
    place.write('broken.json', '[1, 2');
    place.write('broken.npy', 'no');
    place.write('broken.png', 'no');
    for (const [file, message] of [
      ['bad.csv', "bad.csv: line 3, column 3 (c): 'x' is no number."],
      ['gap.csv', 'gap.csv: line 1, column 3: there is no value.'],
      ['ragged.csv', 'ragged.csv: line 2 has 2 values, and those before have 4.'],
      ['wide.csv', "wide.csv: it has shape (1, 3), and the input 'features' takes (None, 4)."],
      ['empty.csv', 'empty.csv: it holds no rows.'],
      ['nowhere.csv', 'nowhere.csv cannot be read: there is no such file.'],
      ['model.keras', 'model.keras: data are .npy, .npz, .csv, .json or an image, by the ending of the name.'],
    ])
      assert.equal(await place.refused(1, 'predict', 'model.keras', file), message);
    assert.match(await place.refused(1, 'predict', 'model.keras', 'broken.json'), /^broken\.json: it is no JSON: /);
    assert.match(
      await place.refused(1, 'predict', 'model.keras', 'broken.npy'),
      /^broken\.npy: it is not a valid \.npy file: /,
    );
    assert.match(
      await place.refused(1, 'predict', 'mean.keras', 'broken.png'),
      /'broken\.png' is no image that can be read/,
    );
    assert.match(
      await place.refused(1, 'predict', 'model.keras', 'x.csv', '--class-names', 'a,b'),
      /^--class-names gives 2 names, and the output 'classes' of shape \(3, 3\) has 3 classes\./,
    );
    assert.match(
      await place.refused(2, 'predict', 'model.keras', 'x.csv', '--batch-size', '0'),
      /^--batch-size takes an integer of at least 1, not '0'\./,
    );
    assert.match(
      await place.refused(2, 'predict', 'model.keras', 'x.csv', '--rescale', '1/0'),
      /^--rescale takes a number or a fraction as 1\/255, not '1\/0'\./,
    );
  });
});
