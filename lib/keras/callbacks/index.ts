/** All callbacks (keras.callbacks). */
export { BackupAndRestore, type BackupAndRestoreOptions } from './backup_and_restore';
export { Callback } from './callback';
export { CallbackList, type CallbackParams } from '../training/callback_hooks';
export { CSVLogger } from './csv_logger';
export { EarlyStopping, type EarlyStoppingOptions } from './early_stopping';
export { History } from './history';
export { LambdaCallback } from './lambda_callback';
export { LearningRateScheduler } from './learning_rate_scheduler';
export { ModelCheckpoint, type ModelCheckpointOptions } from './model_checkpoint';
export { ProgbarLogger } from './progbar';
export { Progbar } from '../utils/progbar';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce_lr_on_plateau';
export { RemoteMonitor, type RemoteMonitorOptions } from './remote_monitor';
export { SwapEMAWeights } from './swap_ema_weights';
export { TensorBoard, type TensorBoardOptions } from './tensorboard';
export { TerminateOnNaN } from './terminate_on_nan';
