import { CotterError } from '../../errors/cotter.error.js';

/**
 * The API cannot grant what a client asks for. On the wire: 400 and `{ "msg": ... }`, which is all that Cotter's clients read.
 */
export class ApiRefusedError extends CotterError {
  readonly code = 'request_refused';
}
