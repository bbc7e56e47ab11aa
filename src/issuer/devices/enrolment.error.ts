import { CotterError } from '../../errors/cotter.error.js';

/** A device was to be enrolled or removed without any proof that the person wants it. On the wire: 401. */
export class EnrolmentRefusedError extends CotterError {
  readonly code = 'enrolment_refused';

  constructor() {
    super("Devices are enrolled and removed with the person's access token, or with API_SECRET_KEY");
  }
}
