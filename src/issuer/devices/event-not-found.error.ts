import { CotterError } from '../../errors/cotter.error.js';

/** There is no such event, or the asker is not the one who made it. */
export class EventNotFoundError extends CotterError {
  readonly code = 'event_not_found';

  constructor() {
    super('Event not found');
  }
}
