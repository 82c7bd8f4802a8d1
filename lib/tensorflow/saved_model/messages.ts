/** Decodes TensorFlow's protobuf messages. The library and the schema are loaded where the first file is read. */
/* eslint-disable @typescript-eslint/no-require-imports */
import { FileError } from '../../support/errors';
import { protobuf } from '../../support/packages';
import type * as CheckpointSchemas from './schemas/checkpoint_pb';
import type * as EventSchemas from './schemas/event_pb';
import type * as GraphSchemas from './schemas/graph_pb';
import type * as SavedModelSchemas from './schemas/saved_model_pb';

export type * from './schemas/checkpoint_pb';
export type * from './schemas/graph_pb';
export type * from './schemas/object_graph_pb';
export type * from './schemas/saved_model_pb';

// Generated code takes its time from every import as well.
const checkpoints = (): typeof CheckpointSchemas => require('./schemas/checkpoint_pb') as typeof CheckpointSchemas;
const graphs = (): typeof GraphSchemas => require('./schemas/graph_pb') as typeof GraphSchemas;
const savedModels = (): typeof SavedModelSchemas => require('./schemas/saved_model_pb') as typeof SavedModelSchemas;

/** Messages that files consist of. */
interface Messages {
  SavedModel: SavedModelSchemas.SavedModel;
  AssetFileDef: SavedModelSchemas.AssetFileDef;
  BundleHeaderProto: CheckpointSchemas.BundleHeaderProto;
  BundleEntryProto: CheckpointSchemas.BundleEntryProto;
  TrackableObjectGraph: CheckpointSchemas.TrackableObjectGraph;
}
const schemaOf = (message: keyof Messages): unknown =>
  message === 'SavedModel' || message === 'AssetFileDef'
    ? savedModels()[`${message}Schema`]
    : checkpoints()[`${message}Schema`];
/**
 * @internal
 * @param where - the file, for messages.
 * @throws FileError for bytes that are no such message: cut off, damaged, or nested deeper than 100 levels.
 */
export function decode<K extends keyof Messages>(message: K, bytes: Uint8Array, where: string): Messages[K] {
  const { fromBinary } = protobuf();
  try {
    return fromBinary(schemaOf(message) as never, bytes, { readUnknownFields: false }) as Messages[K];
  } catch (cause) {
    throw new FileError(`${where}: it is damaged or cut off: it cannot be read as a ${message} of TensorFlow.`, {
      cause,
    });
  }
}
/** @internal */
export function encode<K extends keyof Messages>(message: K, value: Messages[K]): Uint8Array {
  return protobuf().toBinary(schemaOf(message) as never, value as never);
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
export type MetaGraphFields = Fields<SavedModelSchemas.MetaGraphDef>;
/** @internal A SavedModel of one graph. */
export const createSavedModel = (graph: MetaGraphFields): SavedModelSchemas.SavedModel =>
  protobuf().create(savedModels().SavedModelSchema, { metaGraphs: [graph] } as never) as SavedModelSchemas.SavedModel;
/** @internal What a constant holds: texts, or the bytes of numbers, little-endian. */
export interface ConstantFields {
  dtype: number;
  shape: readonly number[];
  texts?: readonly Uint8Array[];
  bytes?: Uint8Array;
}
/** @internal A node that is a constant. */
export function constantNode(name: string, { dtype, shape, texts, bytes }: ConstantFields): GraphSchemas.NodeDef {
  const tensor = {
    dtype,
    tensorShape: { dim: shape.map((d) => ({ size: BigInt(d) })) },
    stringVal: texts ? [...texts] : [],
    tensorContent: bytes ?? new Uint8Array(),
  };
  return protobuf().create(graphs().NodeDefSchema, {
    name,
    op: 'Const',
    attr: { value: { value: { case: 'tensor', value: tensor } }, dtype: { value: { case: 'type', value: dtype } } },
  } as never) as GraphSchemas.NodeDef;
}
/** @internal Fields of one entry of TensorBoard's event files. */
export type EventFields = Fields<EventSchemas.Event>;
/** @internal The bytes of one entry of TensorBoard's event files. */
export function encodeEvent(event: EventFields): Uint8Array {
  const { create, toBinary } = protobuf();
  const { EventSchema } = require('./schemas/event_pb') as typeof EventSchemas;
  return toBinary(EventSchema, create(EventSchema, event as never));
}
/**
 * @internal A graph out of protobuf's JSON, as TensorFlow.js writes it; fields that are not known are left out.
 * @throws FileError for what is no graph.
 */
export function graphFromJson(json: unknown, where: string): GraphSchemas.GraphDef {
  try {
    return protobuf().fromJson(graphs().GraphDefSchema, json as never, {
      ignoreUnknownFields: true,
    }) as GraphSchemas.GraphDef;
  } catch (cause) {
    throw new FileError(`${where}: its topology cannot be read as a graph of TensorFlow.`, { cause });
  }
}

const MAX_AXES = 254; // as TensorFlow
/** @internal Sizes of a shape, null where unknown; null for a shape of unknown rank. @throws FileError for sizes that are none. */
export function sizesOf(shape: GraphSchemas.TensorShapeProto | undefined, where: string): (number | null)[] | null {
  if (!shape || shape.unknownRank) return shape ? null : [];
  if (shape.dim.length > MAX_AXES) throw new FileError(`${where}: a shape has ${shape.dim.length} axes.`);
  return shape.dim.map(({ size }) => {
    if (size < -1n || size > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FileError(`${where}: a shape has size ${size}.`);
    return size === -1n ? null : Number(size);
  });
}
