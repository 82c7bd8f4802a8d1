import { testRows } from '../support/row_tests';
import './rows/crossentropy';

describe('ops: crossentropy', () => testRows('crossentropy'));
