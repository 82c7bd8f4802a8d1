/** Serialization of objects (keras.saving). */
export { customObjectScope, getRegisteredName, getRegisteredObject, registerKerasSerializable, type CustomObjects } from './registry';
export { deserializeKerasObject, serializeKerasObject, type SerializedObject } from './serialize';
