import { testRows } from '../support/row_tests';
import './rows/blocks';

describe('ops: blocks', () => testRows('blocks'));
