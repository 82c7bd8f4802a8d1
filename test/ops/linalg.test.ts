import { testRows } from '../support/row_tests';
import './rows/linalg';

describe('ops: linalg', () => testRows('linalg'));
