import { testRows } from '../support/row_tests';
import './rows/arrangement';

describe('ops: arrangement', () => testRows('arrangement'));
