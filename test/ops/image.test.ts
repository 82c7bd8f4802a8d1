import { testRows } from '../support/row_tests';
import './rows/image';

describe('ops: image', () => testRows('image'));
