import { testRows } from '../helpers/row_tests';
import './rows/crossentropy';

describe('ops: crossentropy', () => testRows('crossentropy'));
