import { All, Controller } from '@nestjs/common';

import { NotOfferedError } from './not-offered.error.js';

/** The paths of what Cotter had and this issuer leaves out, so that nobody takes them for mistyped. */
@Controller('api/v0')
export class NotOfferedController {
  @All(['oauth/credential/:action/:provider', 'oauth/token/:provider', 'oauth/token/:provider/:userId'])
  refuseSocialLogin(): never {
    throw new NotOfferedError('Social logins');
  }

  @All(['user/reset/:step', 'user/reset/:step/:id'])
  refusePinReset(): never {
    throw new NotOfferedError('PINs and their reset');
  }
}
