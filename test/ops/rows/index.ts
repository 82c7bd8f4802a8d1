/** All rows. */
import './activation';
import './arrangement';
import './attention';
import './binary';
import './blocks';
import './control';
import './creation';
import './crossentropy';
import './ctc';
import './decompositions';
import './image';
import './indexing';
import './linalg';
import './nn';
import './recurrent';
import './reduction';
import './segments';
import './shape';
import './signal';
import './special';
import './statistics';
import './unary';
import './view';
import './windows';

export { randomRows } from './random';
