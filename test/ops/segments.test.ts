import { testRows } from '../support/row_tests';
import './rows/segments';

describe('ops: segments', () => testRows('segments'));
