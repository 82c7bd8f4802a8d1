import { testRows } from '../support/row_tests';
import './rows/activation';

describe('ops: activation', () => testRows('activation'));
