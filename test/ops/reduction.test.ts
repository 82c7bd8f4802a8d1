import { testRows } from '../helpers/row_tests';
import './rows/reduction';

describe('ops: reduction', () => testRows('reduction'));
