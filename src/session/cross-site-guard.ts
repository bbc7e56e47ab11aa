import type { ResolvedSession } from '../cotter.options.js';
import { CrossSiteRequestError } from '../errors/session.errors.js';
import { headerValuesOf, type HeaderCarrier } from '../http/platform.js';
import { isSameOrigin, isUnsafe } from '../http/same-origin.js';
import type { Sealer } from '../sealing/sealer.js';

const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
/** Where a form has its token; and where a script puts it. */
const FIELD = '_csrf';
const HEADER = 'x-csrf-token';

/**
 * Tells a request of the site's own pages from one that another site made the browser send along with our cookie. What changes something
 * has to come from this very origin, and be JSON, which no form can send; a form, or a file that is uploaded, brings the session's token.
 *
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html | OWASP}
 */
export class CrossSiteGuard {
  constructor(
    private readonly session: Pick<ResolvedSession, 'origin'>,
    private readonly sealer: Sealer,
  ) {}

  /** The token of a session's forms. As good as the session lives, and good for no other. */
  tokenFor(handle: string): string {
    return this.sealer.sign('csrf', handle);
  }

  /** Whether a request is beyond doubt without its token being looked at. */
  isOwn(carrier: HeaderCarrier): boolean {
    return !isUnsafe(carrier) || (isSameOrigin(carrier, this.session.origin) && !isForm(carrier));
  }

  /** @throws {@link CrossSiteRequestError} (`cross_site_request`) */
  assertOwn(carrier: HeaderCarrier, handle: string): void {
    if (!isUnsafe(carrier)) return;
    if (!isSameOrigin(carrier, this.session.origin)) {
      throw new CrossSiteRequestError(
        'A request by cookie that changes something has to come from a page of this site.',
      );
    }
    if (!isForm(carrier) || findTokens(carrier).some((token) => this.sealer.verify('csrf', handle, token))) return;
    throw new CrossSiteRequestError(
      `A request by cookie has to be JSON, or bring the session's token as the field ${FIELD} or the header X-CSRF-Token.`,
    );
  }
}

/** Whether there is a body of another type than JSON. */
function isForm(carrier: HeaderCarrier): boolean {
  return headerValuesOf(carrier, 'content-type').some((type) => !JSON_MEDIA_TYPE.test(type));
}

function findTokens(carrier: HeaderCarrier): string[] {
  const { body } = carrier as { readonly body?: Readonly<Record<string, unknown>> | null };
  const field = typeof body === 'object' && body !== null && Object.hasOwn(body, FIELD) ? body[FIELD] : undefined;
  return [...headerValuesOf(carrier, HEADER), ...(typeof field === 'string' ? [field] : [])];
}
