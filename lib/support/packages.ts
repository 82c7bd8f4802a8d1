/** Packages that few programs need, loaded where they are first used: each would take its time from every import. */
/* eslint-disable @typescript-eslint/no-require-imports */

/** @internal */
export const tarStream = (): typeof import('tar-stream') => require('tar-stream') as typeof import('tar-stream');
/** @internal */
export const pngjs = (): typeof import('pngjs') => require('pngjs') as typeof import('pngjs');
/** @internal */
export const cliProgress = (): typeof import('cli-progress') =>
  require('cli-progress') as typeof import('cli-progress');
/** @internal */
export const protobuf = (): typeof import('@bufbuild/protobuf') =>
  require('@bufbuild/protobuf') as typeof import('@bufbuild/protobuf');
/** @internal */
export const regularExpressions = (): typeof import('re2js') => require('re2js') as typeof import('re2js');
