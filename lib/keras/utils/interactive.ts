/** Whether progress is drawn as a bar that moves (keras.utils.enable_interactive_logging). */
let isInteractive = true;
/** Progress bars move, as by default. */
export function enableInteractiveLogging(): void {
  isInteractive = true;
}
/** Progress is one line at the end of each epoch: for logs that are files. */
export function disableInteractiveLogging(): void {
  isInteractive = false;
}
/** Whether progress bars move. */
export const isInteractiveLoggingEnabled = (): boolean => isInteractive;
