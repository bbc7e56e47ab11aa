import { Catch, Inject, Injectable, type ArgumentsHost } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { CotterError } from '../errors/cotter.error.js';
import { CotterExceptionFilter } from '../http/cotter-exception.filter.js';
import type { PlatformRequest } from '../http/platform.js';
import type { ProblemAnswer } from '../http/problem-details.js';
import { queryOf } from '../http/request-target.js';
import { prefersHtml } from './accepted-media.js';
import { FAILURE_PAGE_HEADERS, failurePage } from './failure.page.js';
import { RedirectRoutes } from './redirect-routes.js';
import { RedirectService } from './redirect.service.js';

/** Answers a sign-in that failed: a page for people, problem details for programs, and never a redirect. */
@Injectable()
@Catch(CotterError)
export class FailedSignInFilter extends CotterExceptionFilter {
  constructor(
    @Inject(HttpAdapterHost) adapterHost: HttpAdapterHost,
    @Inject(RedirectRoutes) private readonly routes: RedirectRoutes,
    @Inject(RedirectService) private readonly redirects: RedirectService,
  ) {
    super(adapterHost);
  }

  protected override reply(problem: ProblemAnswer, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<PlatformRequest>();
    if (!prefersHtml(request)) {
      super.reply(problem, host);
      return;
    }
    const { httpAdapter } = this.adapterHost;
    const response = http.getResponse<unknown>();
    for (const [name, value] of Object.entries({ ...problem.headers, ...FAILURE_PAGE_HEADERS })) {
      httpAdapter.setHeader(response, name, value);
    }
    const links = { againUrl: this.#againUrl(request), homeUrl: `${this.routes.publicUrl}/` };
    httpAdapter.reply(response, failurePage(problem, links), problem.status);
  }

  /** To the same place as before, where that is known: out of our own cookie, never out of the request. */
  #againUrl(request: PlatformRequest): string {
    const returnTo = this.redirects.find(queryOf(request), request)?.returnTo;
    const query = returnTo === undefined ? '' : `?${new URLSearchParams({ returnTo }).toString()}`;
    return `${this.routes.loginUrl}${query}`;
  }
}
