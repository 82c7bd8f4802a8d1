import { testRows } from '../helpers/row_tests';
import './rows/indexing';

describe('ops: indexing', () => testRows('indexing'));
