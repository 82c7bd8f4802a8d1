import { testRows } from '../support/row_tests';
import './rows/windows';

describe('ops: windows', () => testRows('windows'));
