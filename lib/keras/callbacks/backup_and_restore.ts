/** BackupAndRestore. */
import { describe } from '../../support/describe';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError, ValueError } from '../../support/errors';
import { readFile, writing } from '../../io/source';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { Callback } from './callback';

export interface BackupAndRestoreOptions {
  /** 'epoch', or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Keeps the backup before the last one too, for when a crash leaves the last one broken. */
  doubleCheckpoint?: boolean;
  /** Whether the backup goes when training ends. Default true. */
  deleteCheckpoint?: boolean;
}
function epochIn(file: string, text: string): number {
  let epoch: unknown;
  try {
    ({ epoch } = JSON.parse(text) as { epoch: unknown });
  } catch {
    epoch = undefined;
  }
  if (!Number.isInteger(epoch) || (epoch as number) < 0)
    throw new FileError(`${file}: it is damaged: it names no epoch.`);
  return epoch as number;
}
/**
 * Saves weights, optimizer state and epoch to `backupDir` after each epoch or every `saveFreq` batches. When `fit` finds a
 * backup there, training goes on from it: the same call, run again after a crash, ends as if nothing had happened.
 */
export class BackupAndRestore extends Callback {
  static positional = ['backupDir'];
  static options: OptionKinds = {
    saveFreq: kinds.any,
    doubleCheckpoint: kinds.boolean,
    deleteCheckpoint: kinds.boolean,
  };
  private readonly settings: Required<BackupAndRestoreOptions>;
  private readonly weights: string;
  private readonly metadata: string;
  private epoch = 0;
  private sinceLast = 0;
  private lastBatch = 0;
  constructor(
    readonly backupDir: string,
    options: BackupAndRestoreOptions = {},
  ) {
    super();
    checkOptionsOf(new.target, 'BackupAndRestore', options);
    if (typeof backupDir !== 'string' || !backupDir)
      throw new ValueError(
        `BackupAndRestore: backupDir must be the path of a directory.\n  Received: ${describe(backupDir)}`,
      );
    this.settings = { saveFreq: 'epoch', doubleCheckpoint: false, deleteCheckpoint: true, ...options };
    const { saveFreq } = this.settings;
    if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq > 0))
      throw new ValueError(
        `BackupAndRestore: saveFreq must be 'epoch' or a number of batches.\n  Received: ${describe(saveFreq)}`,
      );
    this.weights = path.join(backupDir, 'latest.weights.h5');
    this.metadata = path.join(backupDir, 'training_metadata.json');
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = (batch) => this.afterBatch(batch);
  }
  override async onTrainBegin(): Promise<void> {
    const { model } = this;
    if (!model.built)
      throw new ValueError(
        `BackupAndRestore: model '${model.name}' must be built before fit, so that weights can be restored.\n  Fix: give its first layer an inputShape, or call build.`,
      );
    try {
      await this.load();
    } catch (error) {
      // The last one may be broken: the one before, when there is one.
      const previous = this.before(this.weights);
      if (!fs.existsSync(previous)) throw error;
      fs.copyFileSync(previous, this.weights);
      if (fs.existsSync(this.before(this.metadata))) fs.copyFileSync(this.before(this.metadata), this.metadata);
      else fs.rmSync(this.metadata, { force: true });
      await this.load();
    }
  }
  private before(file: string): string {
    return `${file}.bkp`;
  }
  private async load(): Promise<void> {
    const { model } = this;
    if (fs.existsSync(this.weights)) {
      if (model.optimizer && !model.optimizer.built) model.optimizer.build(model.trainableVariables);
      await model.loadWeights(this.weights);
    }
    if (fs.existsSync(this.metadata))
      model.initialEpoch = epochIn(this.metadata, (await readFile(this.metadata)).toString('utf8'));
  }
  override async onEpochEnd(epoch: number): Promise<void> {
    this.epoch = epoch + 1;
    this.lastBatch = 0;
    if (this.settings.saveFreq === 'epoch') await this.save();
  }
  private async afterBatch(batch: number): Promise<void> {
    this.sinceLast += batch <= this.lastBatch ? batch + 1 : batch - this.lastBatch;
    this.lastBatch = batch;
    if (this.sinceLast < (this.settings.saveFreq as number)) return;
    this.sinceLast = 0;
    await this.save();
  }
  private async save(): Promise<void> {
    writing(this.backupDir, () => fs.mkdirSync(this.backupDir, { recursive: true }));
    if (this.settings.doubleCheckpoint)
      for (const file of [this.weights, this.metadata])
        if (fs.existsSync(file)) fs.copyFileSync(file, this.before(file));
    await this.model.saveWeights(this.weights);
    const text = JSON.stringify({ epoch: this.epoch, batch: this.lastBatch });
    fs.writeFileSync(`${this.metadata}.tmp`, text);
    fs.renameSync(`${this.metadata}.tmp`, this.metadata);
  }
  override onTrainEnd(): void {
    if (this.settings.deleteCheckpoint) fs.rmSync(this.backupDir, { recursive: true, force: true });
  }
}
