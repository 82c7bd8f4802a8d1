import { testRows } from '../support/row_tests';
import './rows/decompositions';

describe('ops: decompositions', () => testRows('decompositions'));
