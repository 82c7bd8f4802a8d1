import { testRows } from '../support/row_tests';
import './rows/creation';

describe('ops: creation', () => testRows('creation'));
