import type { IncomingMessage, ServerResponse } from 'node:http';

import { Injectable, type NestMiddleware } from '@nestjs/common';

import { sendError, setHeaders } from './error-answer.js';
import { IssuerHeaders } from './issuer-headers.js';
import { pathOf } from '../../http/request-target.js';
import { findMethods } from './routes.js';

/**
 * What every request passes first, on whichever platform: it gets the common header fields, and is answered here where it asks for
 * permission (CORS), or by a method that the path does not have.
 */
@Injectable()
export class GatewayMiddleware implements NestMiddleware<IncomingMessage, ServerResponse> {
  constructor(private readonly headers: IssuerHeaders) {}

  use(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    response.removeHeader('X-Powered-By');
    setHeaders(response, this.headers.for(request));
    const path = pathOf(request);
    const methods = findMethods(path);
    if (methods === null) {
      // Express would take /app/ for /app, and its pages would link to the wrong place.
      if (path.endsWith('/') && findMethods(path.slice(0, -1)) !== null) sendError(response, path, 404, 'Not found');
      else next();
      return;
    }
    const { method = 'GET' } = request;
    if (methods.includes(method)) {
      next();
      return;
    }
    response.setHeader('Allow', [...methods, 'OPTIONS'].join(', '));
    if (method === 'OPTIONS') response.writeHead(204).end();
    else sendError(response, path, 405, 'This address has no such method');
  }
}
