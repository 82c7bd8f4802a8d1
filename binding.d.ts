// The whole surface of the native addon. Generic: a new op changes nothing here.

export type DType = 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int32' | 'int64' | 'int8' | 'uint8' | 'bool';

/** What reading a tensor gives: Float32Array for float32, float16 and bfloat16; Uint8Array for uint8 and bool. */
export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;

export type AttrValue = number | boolean | string | readonly number[] | undefined;
export type Attrs = Readonly<Record<string, AttrValue>>;

/** Handle of a tensor: a buffer, or the op and inputs that will make it. */
export interface NativeTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly ndim: number;
  readonly size: number;
  readonly isDisposed: boolean;
  /** Lets the memory go now; the collector does so otherwise. */
  dispose(): void;
  /** Evaluates and copies out. */
  read(): Promise<TypedArray>;
  readSync(): TypedArray;
}

/** A cell whose tensor a plan updates in place. */
export interface NativeVariable {
  get(): NativeTensor;
  set(tensor: NativeTensor): void;
}

/** Row numbers that have been copied and validated: an epoch's order, for any number of calls of `runSteps`. */
export interface NativeRowOrder {
  readonly constructor: Binding['RowOrder'];
}

export interface StepsOptions {
  /** One per plan input: the rows from which each step's batch is gathered (axis 0). */
  data: NativeTensor[];
  /** Rows in the order of use; without it rows are used in order, without copying. */
  order?: NativeRowOrder;
  batchSize: number;
  /** First row (position in `order`) and number of steps. */
  start: number;
  steps: number;
  /** Called at most every 50 ms and after the last step, with steps done and the values of the plan's outputs, one output after the other (none with `collect`). */
  onProgress?: (done: number, outputs: Float64Array) => void;
  /** Concatenate the outputs of all steps along axis 0 and return them. */
  collect?: boolean;
  /** Set byte 0 to 1 to stop at the next step. */
  cancel?: Uint8Array;
}
export interface StepsResult {
  done: number;
  outputs: NativeTensor[];
}

/** A traced function, compiled: fused, laid out in one arena, run without JavaScript. */
export interface NativePlan {
  /** Enqueues one run and returns its outputs at once (reading them waits). */
  run(inputs: NativeTensor[]): NativeTensor[];
  /**
   * Enqueues many steps over rows of data. Variables hold the state reached, also when cancelled. Unless outputs are
   * collected, it ends early, after one step at least, when other work waits: the caller goes on from `done`.
   */
  runSteps(options: StepsOptions): Promise<StepsResult>;
  explain(): string;
  /** `reorders`: copies into another layout in each run, weights that the plan only reads not among them. */
  readonly statistics: { ops: number; fused: number; reorders: number; arenaBytes: number; compileMs: number };
  dispose(): void;
}

export interface CompileOptions {
  inputs: NativeTensor[];
  /** Variables read or assigned in the trace; `reads[i]` is the placeholder that stood for variables[i]. */
  variables: NativeVariable[];
  reads: NativeTensor[];
  /** New value of variables[i], or null where it is only read. */
  updates: (NativeTensor | null)[];
  outputs: NativeTensor[];
  name?: string;
}

export interface Binding {
  Tensor: { prototype: NativeTensor; new (): NativeTensor };
  Variable: { prototype: NativeVariable; new (initial: NativeTensor): NativeVariable };
  /** @throws IndexError where a number is outside of [0, rows). */
  RowOrder: { prototype: NativeRowOrder; new (indices: Int32Array, rows: number): NativeRowOrder };
  /**
   * Hands over the function that makes error objects of our classes, the one of Node that calls back in the next turn of
   * the event loop, and one that makes an ArrayBuffer without filling it.
   */
  initialize(
    makeError: (kind: string, message: string, op?: string) => Error,
    setImmediate: (callback: () => void) => unknown,
    allocateBuffer: (bytes: number) => ArrayBuffer,
  ): void;
  fromData(data: TypedArray, shape: readonly number[], dtype: DType): NativeTensor;
  placeholder(shape: readonly number[], dtype: DType): NativeTensor;
  /** The first result of an op. */
  run(op: string, inputs: readonly NativeTensor[], attrs?: Attrs): NativeTensor;
  /** All results of an op. */
  runMany(op: string, inputs: readonly NativeTensor[], attrs?: Attrs): NativeTensor[];
  /** Gradients of sum(outputs[i] * cotangents[i]) with respect to `wrt`; null where there is no path. */
  gradients(
    outputs: NativeTensor[],
    wrt: NativeTensor[],
    cotangents: NativeTensor[],
    custom: (id: number, dy: (NativeTensor | null)[]) => (NativeTensor | null)[],
  ): (NativeTensor | null)[];
  enterGradientScope(): void;
  exitGradientScope(): void;
  /** Ids of custom gradients that no tensor refers to any more, since the last call. */
  releasedCustomGradients(): number[];
  evaluate(tensors: NativeTensor[]): Promise<void>;
  evaluateSync(tensors: NativeTensor[]): void;
  /** True when the tensor depends on a placeholder: it has no value. */
  isSymbolic(tensor: NativeTensor): boolean;
  compile(options: CompileOptions): NativePlan;
  ops(): { name: string; internal: boolean }[];
  memory(): { tensors: number; bytesInUse: number; peakBytes: number; pooledBytes: number; buffers: number };
  getNumThreads(): number;
  setNumThreads(count: number): void;
  devices(): { name: string; kind: string; description: string }[];
  /** Measured limits of the machine, for benchmarks: GFLOP/s of fused multiply-add, GB/s of a copy. */
  measurePeak(): Promise<{ gflops: number; copyGBs: number }>;
  /** CRC-32C of bytes that follow others, whose checksum is `before`; 0: none. */
  crc32c(data: Uint8Array, before: number): number;
  version(): { onednn: string; isa: string };
}
