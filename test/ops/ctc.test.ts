import { testRows } from '../helpers/row_tests';
import './rows/ctc';

describe('ops: ctc', () => testRows('ctc'));
