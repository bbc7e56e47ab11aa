import { Injectable } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import { pathOf } from '../../http/request-target.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { corsHeaders } from './cors.js';
import { isFramePath } from './routes.js';

/** What every answer says unless it knows better: keep nothing, guess no types, load nothing, tell nobody where you came from. */
export const BASE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** The header fields that every answer of the issuer starts from. */
@Injectable()
export class IssuerHeaders {
  constructor(private readonly clients: IssuerClients) {}

  for(request: PlatformRequest): Record<string, string> {
    const headers = { ...BASE_HEADERS, ...corsHeaders(request, this.clients) };
    if (!isFramePath(pathOf(request))) return headers;
    // It would forbid what `frame-ancestors` allows one origin; where that is 'none', nobody embeds the answer anyway.
    const { 'X-Frame-Options': _, ...others } = headers;
    return others;
  }
}
