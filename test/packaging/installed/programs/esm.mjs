// An ES module with named imports.
import * as trae from 'trae-node';
import { keras, Tensor, zeros } from 'trae-node';
import exercise from './exercise.cjs';

if (!(zeros([1]) instanceof Tensor) || keras !== trae.default.keras) throw new Error('names of another library');
console.log(JSON.stringify(await exercise(trae)));
