import { testRows } from '../support/row_tests';
import './rows/unary';

describe('ops: unary', () => testRows('unary'));
