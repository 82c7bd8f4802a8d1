/** Pickles: lists of integers in arrays of objects are read; everything else is refused, and nothing runs. */
import assert from 'node:assert/strict';
import { FileError } from '../../lib/support/errors';
import { readIntegerLists } from '../../lib/io/npy_objects';
import { PickleArray, PickleTuple, readPickle } from '../../lib/io/pickle';
import { MemorySource } from '../../lib/io/source';

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const read = (...parts: (string | number[])[]): Promise<unknown> => readPickle(bytes(...parts), 'p.npy');
const refused = (message: RegExp, ...parts: (string | number[])[]): Promise<void> =>
  assert.rejects(read(...parts), (error: Error) => {
    assert.ok(error instanceof FileError, error.stack);
    assert.match(error.message, message);
    return true;
  });
/** An array of objects of this shape; `items` are the steps that make its list. */
const ARRAY = 'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR';
const array = (rows: string, items: string, dtype = 'O8'): string =>
  `\x80\x02${ARRAY}(K\x01(${rows}tcnumpy\ndtype\n(U\x02${dtype}K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89${items}tb.`;

describe('pickles', () => {
  it('reads integers of all lengths', async () => {
    assert.deepEqual(
      await read('(lK\xffaM\x01\x02aJ\xfe\xff\xff\xffa\x8a\x05\x00\x00\x00\x00\x01a\x8a\x02\x00\x80a\x8a\x00a.'),
      [255, 513, -2, 2 ** 32, -32768, 0],
    );
    assert.deepEqual(await read('](K\x01K\x02e.'), [1, 2]);
  });
  it('reads tuples, strings and what is referred to again', async () => {
    assert.deepEqual(
      await read('\x80\x04\x95', [4, 0, 0, 0, 0, 0, 0, 0], ']\x94K\x07ah\x00\x86.'),
      new PickleTuple([[7], [7]]),
    );
    assert.deepEqual(
      await read('(X\x02\x00\x00\x00\xc3\xa9q\x05\x8c\x01aU\x01bC\x01cNj\x05\x00\x00\x00(\x88\x89tt.'),
      new PickleTuple(['é', 'a', 'b', 'c', null, 'é', new PickleTuple([true, false])]),
    );
  });
  it('reads an array of lists', async () => {
    const value = (await read(array('K\x02', '](](K\x01K\x02e]e'))) as PickleArray;
    assert.deepEqual([value.shape, value.items], [[2], [[1, 2], []]]);
  });

  it('refuses every other name', async () => {
    for (const [module, name] of [
      ['os', 'system'],
      ['builtins', 'eval'],
      ['numpy', 'load'],
      ['numpy.core.multiarray', 'scalar'],
      ['__main__', '__proto__'],
    ])
      await refused(
        new RegExp(`p\\.npy: refused: its pickle names "${module}\\.${name}"\\. Only lists of integers`),
        `c${module}\n${name}\n(U\x02lstR.`,
      );
    await refused(/names "os\.system"/, '\x8c\x02os\x8c\x06system\x93.');
    await refused(/names "7\.7"/, 'K\x07K\x07\x93.');
  });
  it('refuses every other step by name', async () => {
    for (const [code, name] of [
      ['}', 'EMPTY_DICT'],
      ['G', 'BINFLOAT'],
      ['ios\nsystem\n', 'INST'],
      ['o', 'OBJ'],
      ['\x81', 'NEWOBJ'],
      ['\x82\x01', 'EXT1'],
      ['P1\n', 'PERSID'],
      ['2', 'DUP'],
      ['\x8b', 'LONG4'],
      ['\xff', '0xff'],
    ])
      await refused(new RegExp(`its pickle has the step ${name}\\. Only`), code, '.');
    await refused(/is of protocol 6, 5 is the newest known/, '\x80\x06.');
  });
  it('refuses calls, states and types that make no array of objects', async () => {
    await refused(/its pickle calls what is no function/, 'K\x01)R.');
    await refused(/its pickle calls ndarray/, 'cnumpy\nndarray\n)R.');
    await refused(/its pickle calls _reconstruct/, 'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\ntR.');
    await refused(/an array of type 'f8'/, array('K\x01', ']K\x01a', 'f8'));
    await refused(/sets the state of what is no new array/, ']K\x01b.');
    await refused(/sets the state of what is no new array/, array('K\x01', ']K\x01a').slice(0, -1), ')b.');
    await refused(/holds an array that is none of objects/, array('K\x01', 'U\x01x'));
    await refused(/holds 1 items, 3 expected by the shape \(3\)/, array('K\x03', ']K\x01a'));
    await refused(/an array that is none of objects/, array('J\xff\xff\xff\xff', ']'));
    await refused(/the integer 9\.\d+e\+21, which is too large/, '\x8a\x0a', Array<number>(9).fill(255), [1], '.');
  });
  it('refuses what is damaged', async () => {
    await refused(/is damaged or incomplete \(its pickle ends at byte 2, 1 more expected at 2\)/, 'K\x01');
    await refused(/ends at byte 6, 4294967295 more expected at 5/, 'X\xff\xff\xff\xff.');
    await refused(/a name in its pickle has no end/, 'cnumpy');
    await refused(/takes more than it has/, '\x85.');
    await refused(/takes more than it has/, 'K\x01(\x85.');
    await refused(/lacks a mark/, 't.');
    await refused(/appends to what is no list/, 'K\x01K\x02a.');
    await refused(/refers to entry 3, which it has not made/, 'h\x03.');
    await refused(/keeps what is not there/, 'q\x00.');
    await refused(/1 bytes follow the end/, 'N..');
    await refused(/leaves more than one value/, 'NN.');
    await refused(/leaves more than one value/, '(N.');
  });
  it('survives every change of one byte and every cut', async () => {
    const good = bytes(array('K\x02', '](](K\x01K\x02e]e'));
    for (let i = 0; i < good.length; i++) {
      for (const value of [0, 0x28, 0x2e, 0x65, 0x94, 0xff]) {
        const data = Buffer.from(good);
        data[i] = value;
        await readPickle(data, 'p.npy').catch((error: Error) => assert.ok(error instanceof FileError, error.stack));
      }
      await assert.rejects(readPickle(good.subarray(0, i), 'p.npy'), FileError);
    }
  });

  const header = (shape: string): string => {
    const text = `{'descr': '|O', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
    return `\x93NUMPY\x01\x00${String.fromCharCode(text.length, 0)}${text}`;
  };
  const lists = (shape: string, pickle: string): Promise<number[][]> =>
    readIntegerLists(new MemorySource('x.npy', bytes(header(shape), pickle)));
  it('takes lists of integers from .npy files, and nothing else', async () => {
    assert.deepEqual(await lists('(2,)', array('K\x02', '](](K\x01K\x02e]e')), [[1, 2], []]);
    await assert.rejects(lists('(2, 1)', '.'), /x\.npy: it is no array of lists with one axis: its header is/);
    await assert.rejects(
      lists('(3,)', array('K\x02', '](]]e')),
      /x\.npy: its pickle has 2 rows, 3 expected by its header/,
    );
    await assert.rejects(lists('(1,)', ']K\x01a.'), /x\.npy: its pickle is no array of objects with one axis/);
    await assert.rejects(lists('(2,)', array('K\x02', '](]U\x01xe')), /x\.npy: row 1 is no list of integers\./);
    await assert.rejects(lists('(1,)', array('K\x01', '](](Ne' + 'e')), /row 0 is no list of integers/);
  });
  it('refuses a list that stands for many rows', () =>
    assert.rejects(
      lists('(1000,)', array('M\xe8\x03', `](](${'K\x01'.repeat(100)}eq\x00${'h\x00'.repeat(999)}e`)),
      /row \d+ is no list of integers: it repeats other rows/,
    ));
});
