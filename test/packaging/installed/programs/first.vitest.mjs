import * as trae from 'trae-node';
import exercise from './exercise.cjs';

describe('trae-node in vitest', () => {
  it('trains, saves and loads', async () => {
    const seen = await exercise(trae);
    expect(seen.last).toBeLessThan(seen.first / 2);
    expect(seen.again).toEqual(seen.answers);
  });
  it('gives arrays of this realm', async () => {
    expect(await trae.tensor([1, 2]).data()).toEqual(new Float32Array([1, 2]));
    expect(trae.tensor([1, 2])).toBeInstanceOf(trae.Tensor);
  });
});
