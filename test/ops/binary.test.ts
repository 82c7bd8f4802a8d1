import { testRows } from '../support/row_tests';
import './rows/binary';

describe('ops: binary', () => testRows('binary'));
