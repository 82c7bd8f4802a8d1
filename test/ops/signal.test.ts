import { testRows } from '../support/row_tests';
import './rows/signal';

describe('ops: signal', () => testRows('signal'));
