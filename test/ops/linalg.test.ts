import { testRows } from '../helpers/row_tests';
import './rows/linalg';

describe('ops: linalg', () => testRows('linalg'));
