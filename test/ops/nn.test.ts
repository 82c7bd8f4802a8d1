import { testRows } from '../support/row_tests';
import './rows/nn';

describe('ops: nn', () => testRows('nn'));
