import { testRows } from '../helpers/row_tests';
import './rows/view';

describe('ops: view', () => testRows('view'));
