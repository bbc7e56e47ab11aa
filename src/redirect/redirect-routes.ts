import { Inject, Injectable, RequestMethod } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';

import { CotterOptions } from '../cotter.options.js';
import { CotterConfigurationError } from '../errors/configuration.error.js';
import { headerValuesOf, type HeaderCarrier } from '../http/platform.js';

/** Injection token of the module's own path prefix. */
export const ROUTE_PREFIX = Symbol('nestjs-cotter:route-prefix');

/**
 * Where the sign-in by redirect lives, as browsers and the issuer see it: below the public URL, behind the application's global prefix and
 * the module's own. Never read off a request, so that nobody can bend where the issuer sends a code to.
 */
@Injectable()
export class RedirectRoutes {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig,
    @Inject(ROUTE_PREFIX) private readonly prefix: string,
  ) {}

  /** The site, without a slash at its end. */
  get publicUrl(): string {
    const { publicUrl } = this.options;
    if (publicUrl === null) {
      throw new CotterConfigurationError('publicUrl', 'must be given where people sign in by redirect');
    }
    return publicUrl;
  }

  get loginUrl(): string {
    return this.#urlOf(join(this.prefix, 'login'));
  }

  /** The one to register at the issuer, which compares it character by character. */
  get callbackUrl(): string {
    return this.#urlOf(join(this.prefix, 'login/callback'));
  }

  /**
   * Whether a request came by the host of the public URL, where the cookies of a sign-in have to be when the browser comes back. A loopback
   * host has several names, and cookies know it by one. Scheme and port make no difference to them.
   */
  isReachedBy(carrier: HeaderCarrier): boolean {
    const [host = ''] = headerValuesOf(carrier, 'host');
    const url = `http://${host}`;
    return !URL.canParse(url) || new URL(url).hostname === new URL(this.publicUrl).hostname;
  }

  #urlOf(route: string): string {
    return join(this.publicUrl, this.#isExcluded(`/${route}`) ? '' : this.application.getGlobalPrefix(), route);
  }

  /** As Nest itself decides whether a route stands behind the global prefix. */
  #isExcluded(path: string): boolean {
    const { exclude = [] } = this.application.getGlobalPrefixOptions();
    return exclude.some(
      ({ requestMethod, pathRegex }) =>
        (requestMethod === RequestMethod.ALL || requestMethod === RequestMethod.GET) && pathRegex.test(path),
    );
  }
}

function join(...parts: readonly string[]): string {
  return parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
}
