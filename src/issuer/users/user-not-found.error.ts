import { CotterError } from '../../errors/cotter.error.js';

/** The application has no such person. */
export class UserNotFoundError extends CotterError {
  readonly code = 'user_not_found';

  constructor() {
    super('User not found');
  }
}
