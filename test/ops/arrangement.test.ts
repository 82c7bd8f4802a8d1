import { testRows } from '../helpers/row_tests';
import './rows/arrangement';

describe('ops: arrangement', () => testRows('arrangement'));
