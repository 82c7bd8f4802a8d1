import { testRows } from '../helpers/row_tests';
import './rows/segments';

describe('ops: segments', () => testRows('segments'));
