/** Layers that prepare data: numbers, classes, texts. */
export { CategoryEncoding } from './category_encoding';
export { Discretization } from './discretization';
export { HashedCrossing, Hashing } from './hashing';
export { IntegerLookup, StringLookup } from './lookups';
export { Normalization } from './normalization';
export { Rescaling } from './rescaling';
export { TextVectorization } from './text_vectorization';
export { MelSpectrogram } from './mel_spectrogram';
export { STFTSpectrogram } from './stft_spectrogram';
export { Pipeline } from './pipeline';
export * from './image_preprocessing';
