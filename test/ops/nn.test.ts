import { testRows } from '../helpers/row_tests';
import './rows/nn';

describe('ops: nn', () => testRows('nn'));
