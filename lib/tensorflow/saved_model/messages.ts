/** Decodes TensorFlow's protobuf messages. The library and the schema are loaded where the first file is read. */
/* eslint-disable @typescript-eslint/no-require-imports */
import { FileError } from '../../support/errors';
import { protobuf } from '../../support/packages';
import type * as EventSchemas from './event_pb';
import type * as Schemas from './saved_model_pb';

export type * from './saved_model_pb';

// Generated code takes its time from every import as well.
const schemas = (): typeof Schemas => require('./saved_model_pb') as typeof Schemas;

/** Messages that files consist of. */
interface Messages {
  SavedModel: Schemas.SavedModel;
  BundleHeaderProto: Schemas.BundleHeaderProto;
  BundleEntryProto: Schemas.BundleEntryProto;
  TrackableObjectGraph: Schemas.TrackableObjectGraph;
}
/**
 * @internal
 * @param where - the file, for messages.
 * @throws FileError for bytes that are no such message: cut off, damaged, or nested deeper than 100 levels.
 */
export function decode<K extends keyof Messages>(message: K, bytes: Uint8Array, where: string): Messages[K] {
  const { fromBinary } = protobuf();
  try {
    return fromBinary(schemas()[`${message}Schema`] as never, bytes, { readUnknownFields: false }) as Messages[K];
  } catch (cause) {
    throw new FileError(`${where}: it is damaged or cut off: it cannot be read as a ${message} of TensorFlow.`, {
      cause,
    });
  }
}
/** @internal */
export function encode<K extends keyof Messages>(message: K, value: Messages[K]): Uint8Array {
  return protobuf().toBinary(schemas()[`${message}Schema`] as never, value as never);
}
/** Fields of a message, those of messages inside too; what is left out has its default. */
type Fields<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? Fields<Item>[]
    : T extends object
      ? { [K in keyof T as K extends '$typeName' | '$unknown' ? never : K]?: Fields<T[K]> }
      : T;
/** @internal Fields of a graph, to be made a message by `createSavedModel`. */
export type MetaGraphFields = Fields<Schemas.MetaGraphDef>;
/** @internal A SavedModel of one graph. */
export const createSavedModel = (graph: MetaGraphFields): Schemas.SavedModel =>
  protobuf().create(schemas().SavedModelSchema, { metaGraphs: [graph] } as never) as Schemas.SavedModel;
/** @internal Fields of one entry of TensorBoard's event files. */
export type EventFields = Fields<EventSchemas.Event>;
/** @internal The bytes of one entry of TensorBoard's event files. */
export function encodeEvent(event: EventFields): Uint8Array {
  const { create, toBinary } = protobuf();
  const { EventSchema } = require('./event_pb') as typeof EventSchemas;
  return toBinary(EventSchema, create(EventSchema, event as never));
}
/**
 * @internal A graph out of protobuf's JSON, as TensorFlow.js writes it; fields that are not known are left out.
 * @throws FileError for what is no graph.
 */
export function graphFromJson(json: unknown, where: string): Schemas.GraphDef {
  try {
    return protobuf().fromJson(schemas().GraphDefSchema, json as never, {
      ignoreUnknownFields: true,
    }) as Schemas.GraphDef;
  } catch (cause) {
    throw new FileError(`${where}: its topology cannot be read as a graph of TensorFlow.`, { cause });
  }
}

const MAX_AXES = 254; // as TensorFlow
/** @internal Sizes of a shape, null where unknown; null for a shape of unknown rank. @throws FileError for sizes that are none. */
export function sizesOf(shape: Schemas.TensorShapeProto | undefined, where: string): (number | null)[] | null {
  if (!shape || shape.unknownRank) return shape ? null : [];
  if (shape.dim.length > MAX_AXES) throw new FileError(`${where}: a shape has ${shape.dim.length} axes.`);
  return shape.dim.map(({ size }) => {
    if (size < -1n || size > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FileError(`${where}: a shape has size ${size}.`);
    return size === -1n ? null : Number(size);
  });
}
