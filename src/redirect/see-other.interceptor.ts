import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { map, of, type Observable } from 'rxjs';

import { nodeRequestOf, type PlatformRequest } from '../http/platform.js';

/**
 * Sends the browser to the URL that a handler returns, by GET whatever it came with. A `HEAD` is answered with 204 and reaches no handler:
 * who looks whether a link works begins nothing, and uses nothing up.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.12 | RFC 9700, 4.12}: 303, never 307
 */
@Injectable()
export class SeeOtherInterceptor implements NestInterceptor<string, undefined> {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler<string>): Observable<undefined> {
    const { httpAdapter } = this.adapterHost;
    const http = context.switchToHttp();
    const response = http.getResponse<unknown>();
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    if (nodeRequestOf(http.getRequest<PlatformRequest>()).method === 'HEAD') {
      httpAdapter.status(response, 204);
      return of(undefined);
    }
    return next.handle().pipe(
      map((url) => {
        httpAdapter.status(response, 303);
        httpAdapter.setHeader(response, 'Location', url);
        httpAdapter.setHeader(response, 'Referrer-Policy', 'no-referrer');
        return undefined;
      }),
    );
  }
}
