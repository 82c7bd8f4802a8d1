import { testRows } from '../helpers/row_tests';
import './rows/statistics';

describe('ops: statistics', () => testRows('statistics'));
