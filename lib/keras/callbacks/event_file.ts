/**
 * TensorBoard's event files: TFRecord frames of Event messages (tensorflow/core/util/event.proto, framework/summary.proto).
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { crc32c, maskedCrc32c } from '../../io/crc32c';
import { writing } from '../../io/source';
import { encodeEvent, type EventFields } from '../../tensorflow/saved_model/messages';

type SummaryFields = Extract<NonNullable<EventFields['what']>, { case?: 'summary' }>['value'];
type SummaryValue = NonNullable<NonNullable<SummaryFields>['value']>[number];

const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
const masked = (data: Uint8Array): number => maskedCrc32c(crc32c(data));
/** @internal A TFRecord frame: length, its checksum, data, its checksum. */
export function frame(data: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  const tail = Buffer.alloc(4);
  head.writeBigUInt64LE(BigInt(data.length), 0);
  head.writeUInt32LE(masked(head.subarray(0, 8)), 8);
  tail.writeUInt32LE(masked(data), 0);
  return Buffer.concat([head, data, tail]);
}

type TensorFields = NonNullable<SummaryValue['tensor']>;
// Numbers of DataType in tensorflow/core/framework/types.proto.
const DTYPES = { float: 1, double: 2, string: 7 };
/** A tensor of little-endian content, or of strings. */
function tensorProto(
  dtype: keyof typeof DTYPES,
  shape: readonly number[],
  content: Uint8Array | readonly (Uint8Array | string)[],
): TensorFields {
  return {
    dtype: DTYPES[dtype],
    tensorShape: { dim: shape.map((size) => ({ size: BigInt(size) })) },
    ...(content instanceof Uint8Array ? { tensorContent: content } : { stringVal: content.map(bytesOf) }),
  };
}
const littleEndian = (values: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
/** Which plugin shows a value, and what kind of data it is. */
interface Metadata {
  plugin: string;
  content?: string;
  dataClass?: 1 | 2 | 3;
}
/** @internal Writes one event file; it is made by the first event. */
export class EventFile {
  private file: number | null = null;
  private static count = 0;
  constructor(readonly directory: string) {}
  private write(what: NonNullable<EventFields['what']>, step = 0): void {
    const event = { wallTime: Date.now() / 1000, step: BigInt(step), what };
    fs.writeSync(this.file!, frame(encodeEvent(event)));
  }
  private value(tag: string, step: number, tensor: TensorFields, { plugin, content, dataClass }: Metadata): void {
    if (this.file === null) {
      writing(this.directory, () => fs.mkdirSync(this.directory, { recursive: true }));
      const name = `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${os.hostname()}.${process.pid}.${EventFile.count++}.v2`;
      this.file = fs.openSync(path.join(this.directory, name), 'a');
      this.write({ case: 'fileVersion', value: 'brain.Event:2' });
    }
    const metadata = { pluginData: { pluginName: plugin, content: bytesOf(content ?? '') }, dataClass: dataClass ?? 0 };
    this.write({ case: 'summary', value: { value: [{ tag, metadata, tensor }] } }, step);
  }
  scalar(tag: string, value: number, step: number): void {
    this.value(tag, step, tensorProto('float', [], littleEndian(Float32Array.of(value))), {
      plugin: 'scalars',
      dataClass: 1,
    });
  }
  /** Counts of values in 30 buckets of equal width: rows of left end, right end, count. */
  histogram(tag: string, values: ArrayLike<number>, step: number, buckets = 30): void {
    this.value(
      tag,
      step,
      tensorProto('double', [values.length ? buckets : 0, 3], littleEndian(bucketsOf(values, buckets))),
      { plugin: 'histograms', dataClass: 2 },
    );
  }
  /** PNG files of one size. */
  images(tag: string, width: number, height: number, files: readonly Uint8Array[], step: number): void {
    const list = [String(width), String(height), ...files];
    this.value(tag, step, tensorProto('string', [list.length], list), { plugin: 'images', dataClass: 3 });
  }
  /** The JSON of a model, which the graph page draws. */
  kerasModel(tag: string, json: string, step: number): void {
    this.value(tag, step, tensorProto('string', [], [json]), { plugin: 'graph_keras_model', content: '1' });
  }
  close(): void {
    if (this.file !== null) fs.closeSync(this.file);
    this.file = null;
  }
}
function bucketsOf(values: ArrayLike<number>, buckets: number): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  if (!values.length) return new Float64Array(0);
  const rows = new Float64Array(buckets * 3);
  const width = (high - low) / buckets;
  for (let b = 0; b < buckets; b++) {
    rows[b * 3] = width ? low + b * width : low;
    rows[b * 3 + 1] = b === buckets - 1 || !width ? high : low + (b + 1) * width;
  }
  // All the same: everything is in the last one.
  for (let i = 0; i < values.length; i++)
    rows[(width > 0 ? Math.min(buckets - 1, Math.floor((values[i] - low) / width)) : buckets - 1) * 3 + 2]++;
  return rows;
}
