import { testRows } from '../support/row_tests';
import './rows/statistics';

describe('ops: statistics', () => testRows('statistics'));
