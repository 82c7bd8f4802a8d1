/** HDF5 files: a reader and a writer of what files of weights need. */
export { Hdf5Dataset, Hdf5Group, isHdf5, openHdf5, type AttributeValue } from './reader';
export { Hdf5Writer, MAX_ATTRIBUTE_BYTES, type AttributeInput, type DatasetInput } from './writer';
