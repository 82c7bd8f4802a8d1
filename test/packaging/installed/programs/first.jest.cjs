const exercise = require('./exercise.cjs');

describe('trae-node in jest', () => {
  it('trains, saves and loads', async () => {
    const seen = await exercise(require('trae-node'));
    expect(seen.last).toBeLessThan(seen.first / 2);
    expect(seen.again).toEqual(seen.answers);
  });
  it('gives arrays of this realm, from a second evaluation of the library', async () => {
    const trae = require('trae-node');
    expect(await trae.tensor([1, 2]).data()).toEqual(new Float32Array([1, 2]));
    expect(trae.tensor([1, 2])).toBeInstanceOf(trae.Tensor);
    expect(() => trae.reshape(trae.ones([2]), [3])).toThrow(trae.errors?.ValueError ?? Error);
  });
});
