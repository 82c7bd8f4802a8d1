/** CSVLogger. */
import * as fs from 'node:fs';
import { describe } from '../../support/describe';
import { TypeError } from '../../support/errors';
import { writing } from '../../io/source';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import type { Logs } from '../training/types';
import { Callback } from './callback';

/** Writes a line of loss and metrics for each epoch to a CSV file. */
export class CSVLogger extends Callback {
  static positional = ['filename'];
  static options: OptionKinds = { separator: kinds.string, append: kinds.boolean };
  private readonly separator: string;
  private readonly append: boolean;
  private keys: string[] | null = null;
  private file: number | null = null;
  private hasHeader = false;
  constructor(
    private readonly filename: string,
    options: { separator?: string; append?: boolean } = {},
  ) {
    super();
    checkOptionsOf(new.target, 'CSVLogger', options);
    if (typeof filename !== 'string' || !filename)
      throw new TypeError(`CSVLogger: the path of a file is expected.\n  Received: ${describe(filename)}`);
    this.separator = options.separator ?? ',';
    this.append = options.append ?? false;
  }
  private write(values: readonly (string | number)[]): void {
    const quote = (v: string | number): string =>
      /["\n\r]/.test(String(v)) || String(v).includes(this.separator)
        ? `"${String(v).replace(/"/g, '""')}"`
        : String(v);
    fs.writeSync(this.file!, `${values.map(quote).join(this.separator)}\n`);
  }
  override onTrainBegin(): void {
    this.hasHeader = this.append && fs.existsSync(this.filename) && fs.statSync(this.filename).size > 0;
    this.file = writing(this.filename, () => fs.openSync(this.filename, this.append ? 'a' : 'w'));
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    if (!this.keys) {
      this.keys = Object.keys(logs).sort();
      if (!this.hasHeader) this.write(['epoch', ...this.keys]);
    }
    this.write([epoch, ...this.keys.map((k) => logs[k] ?? 'NA')]);
  }
  override onTrainEnd(): void {
    if (this.file !== null) fs.closeSync(this.file);
    this.file = null;
    this.keys = null;
  }
}
