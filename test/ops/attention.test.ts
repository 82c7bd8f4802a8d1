import { testRows } from '../support/row_tests';
import './rows/attention';

describe('ops: attention', () => testRows('attention'));
