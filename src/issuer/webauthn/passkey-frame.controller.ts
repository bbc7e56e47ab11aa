import { Controller, Get, Req, UseFilters, UseInterceptors } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { AuthorizePageFilter } from '../authorize/authorize-page.filter.js';
import { getOne } from '../authorize/authorize-parameters.js';
import { AuthorizeRefusedError } from '../authorize/authorize-refused.error.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { frameAnswer } from '../frame/frame-answer.js';
import { parseFrameParent } from '../frame/frame-request.js';
import type { PageAnswer } from '../pages/page-answer.js';
import { PageInterceptor } from '../pages/page.interceptor.js';
import { passkeyFrame, type PasskeyPurpose } from './passkey.frame.js';

/** The frame that the browser SDK puts into a dialog of the page. */
@Controller('webauthn')
@UseInterceptors(PageInterceptor)
@UseFilters(AuthorizePageFilter)
export class PasskeyFrameController {
  constructor(private readonly clients: IssuerClients) {}

  /** The identifier of the query is let be: the SDK encodes it wrongly, and tells the frame what it is by a message. */
  @Get()
  show(@Req() request: PlatformRequest): PageAnswer {
    const query = queryOf(request);
    const parent = parseFrameParent(query, this.clients);
    return frameAnswer(200, passkeyFrame({ parent, purpose: getPurpose(query) }), parent.origin);
  }
}

/** @throws {@link AuthorizeRefusedError} (`invalid_authorize_request`) */
function getPurpose(query: URLSearchParams): PasskeyPurpose {
  const type = getOne(query, 'type');
  if (type !== 'LOGIN' && type !== 'REGISTRATION') {
    throw new AuthorizeRefusedError('type', 'it must be LOGIN or REGISTRATION.');
  }
  return type;
}
