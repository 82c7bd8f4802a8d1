import { testRows } from '../helpers/row_tests';
import './rows/attention';

describe('ops: attention', () => testRows('attention'));
