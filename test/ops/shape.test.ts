import { testRows } from '../support/row_tests';
import './rows/shape';

describe('ops: shape', () => testRows('shape'));
