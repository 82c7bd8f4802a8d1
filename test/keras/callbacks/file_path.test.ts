/** Numbers in the paths of checkpoints, beside what Python's str.format makes of them. */
import assert from 'node:assert/strict';
import { formatPath } from '../../../lib/keras/callbacks/file_path';

describe('paths with places for numbers', () => {
  const values = { epoch: 7, val_mae: 0.12345, loss: 0.000123456, acc: -0.5 };
  const expected: [string, string][] = [
    ['m-{epoch:03d}', 'm-007'],
    ['{val_mae:.2%}', '12.35%'],
    ['{loss:.3e}', '1.235e-04'],
    ['{loss:.2E}', '1.23E-04'],
    ['{acc:+.3f}', '-0.500'],
    ['{epoch}', '7'],
    ['{val_mae}', '0.12345'],
    ['{epoch:5d}', '    7'],
    ['{acc:08.2f}', '-0000.50'],
    ['{loss:g}', '0.000123456'],
    ['{val_mae:.3g}', '0.123'],
    ['{epoch:02d}-{loss:.4f}.keras', '07-0.0001.keras'],
    ['{acc:.0%}', '-50%'],
    ['{loss:.1f}', '0.0'],
  ];
  for (const [template, text] of expected)
    it(template, () => assert.equal(formatPath('ModelCheckpoint', template, values), text));
  it('names that have no value, and formats that are none', () => {
    assert.throws(() => formatPath('ModelCheckpoint', '{val_los:.2f}', values), {
      name: 'ValueError',
      message:
        "ModelCheckpoint: there is no value for 'val_los' in the path '{val_los:.2f}'.\n  Known: epoch, val_mae, loss, acc",
    });
    assert.throws(() => formatPath('ModelCheckpoint', '{loss:.2q}', values), {
      name: 'ValueError',
      message: /the format '.2q' in '{loss:.2q}' is not known/,
    });
  });
});
