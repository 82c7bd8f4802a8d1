import { testRows } from '../helpers/row_tests';
import './rows/unary';

describe('ops: unary', () => testRows('unary'));
