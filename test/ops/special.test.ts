import { testRows } from '../support/row_tests';
import './rows/special';

describe('ops: special', () => testRows('special'));
