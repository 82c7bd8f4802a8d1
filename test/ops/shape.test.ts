import { testRows } from '../helpers/row_tests';
import './rows/shape';

describe('ops: shape', () => testRows('shape'));
