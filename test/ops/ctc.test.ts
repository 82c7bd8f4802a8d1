import { testRows } from '../support/row_tests';
import './rows/ctc';

describe('ops: ctc', () => testRows('ctc'));
