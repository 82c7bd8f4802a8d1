import { testRows } from '../helpers/row_tests';
import './rows/windows';

describe('ops: windows', () => testRows('windows'));
