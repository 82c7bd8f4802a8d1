/** All callbacks (keras.callbacks). */
export { Callback, CallbackList, type CallbackParams } from './callback';
export { History } from './history';
export { EarlyStopping, ReduceLROnPlateau, type EarlyStoppingOptions, type ReduceLROnPlateauOptions } from './monitors';
export { CSVLogger, LambdaCallback, LearningRateScheduler, TerminateOnNaN } from './others';
export { Progbar, ProgbarLogger } from './progbar';
