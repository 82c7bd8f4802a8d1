import { testRows } from '../helpers/row_tests';
import './rows/activation';

describe('ops: activation', () => testRows('activation'));
