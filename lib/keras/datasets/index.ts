/** Data sets that are downloaded once and kept: `datasets.mnist.loadData()`, `datasets.cifar10.loadData()`. */
export * as cifar10 from './cifar10';
export * as mnist from './mnist';
