import { testRows } from '../support/row_tests';
import './rows/view';

describe('ops: view', () => testRows('view'));
