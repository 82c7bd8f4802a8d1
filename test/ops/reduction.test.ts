import { testRows } from '../support/row_tests';
import './rows/reduction';

describe('ops: reduction', () => testRows('reduction'));
