import { testRows } from '../helpers/row_tests';
import './rows/binary';

describe('ops: binary', () => testRows('binary'));
