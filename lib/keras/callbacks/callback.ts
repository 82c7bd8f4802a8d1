/** What happens during training, evaluation and prediction (keras.callbacks.Callback). */
import { CallbackHooks } from '../training/callback_hooks';
import { inspectable, settingsLine } from '../inspect';

/**
 * Base of callbacks: override what you need; promises are awaited. Methods for batches make training call JavaScript
 * for every batch; without them whole epochs run natively. Its `model` is declared by models/model.ts, which knows both.
 */
export class Callback extends CallbackHooks {
  override setModel(model: Callback['model']): void {
    this.model = model;
  }
}
inspectable(Callback, settingsLine);
