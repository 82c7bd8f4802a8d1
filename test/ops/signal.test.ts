import { testRows } from '../helpers/row_tests';
import './rows/signal';

describe('ops: signal', () => testRows('signal'));
