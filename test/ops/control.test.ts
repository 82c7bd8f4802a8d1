import { testRows } from '../support/row_tests';
import './rows/control';

describe('ops: control', () => testRows('control'));
