import { testRows } from '../helpers/row_tests';
import './rows/control';

describe('ops: control', () => testRows('control'));
