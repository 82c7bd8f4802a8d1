/** Where the files of Fashion-MNIST come from; they are read as those of MNIST. */
import type { MnistKind } from './mnist_files';
import type { DatasetSource } from './sources';

const FILES = [
  {
    file: 'train-labels-idx1-ubyte.gz',
    bytes: 29_515,
    sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
  },
  {
    file: 'train-images-idx3-ubyte.gz',
    bytes: 26_421_880,
    sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
  },
  {
    file: 't10k-labels-idx1-ubyte.gz',
    bytes: 5_148,
    sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
  },
  {
    file: 't10k-images-idx3-ubyte.gz',
    bytes: 4_422_102,
    sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
  },
] as const;

/** The host of Keras, then the two of its makers. */
const SOURCES: readonly DatasetSource[] = [
  'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
].map((folder) => ({ folder, name: 'fashion-mnist', files: FILES }));

/** @internal */
export const FASHION: MnistKind = { where: 'fashionMnist.loadData', sources: SOURCES };
