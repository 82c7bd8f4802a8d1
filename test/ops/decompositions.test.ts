import { testRows } from '../helpers/row_tests';
import './rows/decompositions';

describe('ops: decompositions', () => testRows('decompositions'));
