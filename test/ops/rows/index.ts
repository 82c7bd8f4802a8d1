/** All rows. */
import './activation';
import './attention';
import './binary';
import './creation';
import './crossentropy';
import './image';
import './indexing';
import './linalg';
import './nn';
import './recurrent';
import './reduction';
import './shape';
import './unary';

export { randomRows } from './random';
