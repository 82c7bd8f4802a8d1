/** Names in the letters of JavaScript and of Python: `kernelInitializer`, `kernel_initializer`. */
import { isRecord } from './nest';

/** @internal `kernel_initializer` -> `kernelInitializer`. */
export const camelCase = (s: string): string => s.replace(/(?<=.)_+([a-z0-9])/g, (_, c: string) => c.toUpperCase());
/** @internal `kernelInitializer` -> `kernel_initializer`. */
export const snakeCase = (s: string): string =>
  s.replace(/(?<=[A-Za-z0-9])([A-Z])/g, (c) => `_${c.toLowerCase()}`).replace(/(beta|epsilon)(\d)/g, '$1_$2');
/** @internal Top-level keys in camelCase. */
export const camelKeys = (config: Record<string, unknown>): Record<string, unknown> =>
  isRecord(config) ? Object.fromEntries(Object.entries(config).map(([k, v]) => [camelCase(k), v])) : config;
