import { testRows } from '../helpers/row_tests';
import './rows/blocks';

describe('ops: blocks', () => testRows('blocks'));
