import { testRows } from '../support/row_tests';
import './rows/indexing';

describe('ops: indexing', () => testRows('indexing'));
