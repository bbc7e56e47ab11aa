import {
  findOne,
  getClient,
  getCodeChallenge,
  getOne,
  getState,
  getType,
  readRedirectUrl,
} from '../authorize/authorize-parameters.js';
import { AuthorizeRefusedError } from '../authorize/authorize-refused.error.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import type { IssuerClients } from '../clients/issuer-clients.js';
import { isAllowedRedirect } from '../clients/redirect-allow-list.js';
import { isNameableOrigin } from '../pages/page-answer.js';

/** The page around a frame, checked. */
export interface FrameParent {
  readonly client: IssuerClient;
  /** Registered by the application, and spelled as browsers spell it. All that the frame says is said to this origin alone. */
  readonly origin: string;
  /** Of one form in one page: what the SDK expects in front of the name of every event. */
  readonly id: string;
  /** Comes back unchanged. */
  readonly state: string;
}

/** A checked request for one of the frames that people sign in by. */
export interface FrameRequest extends FrameParent {
  readonly type: 'EMAIL' | 'PHONE';
  /** S256 of the verifier that the page keeps. */
  readonly codeChallenge: string;
  readonly authMethod: 'OTP' | 'MAGIC_LINK';
  /**
   * With a code: where the page posts the tokens to afterwards, which it then names in the exchange. With a link: the page that the link
   * opens, without its fragment. `null` where the page named none.
   */
  readonly redirectUrl: string | null;
  /** Whether a link opens the page anew, or lets the tab that asked for it go on. */
  readonly redirectLink: boolean;
}

const MAX_ID_LENGTH = 300;
const CONTROL = /\p{Cc}/u;
/** What becomes of an option that is not there, as the SDK writes it into a URL. */
const UNSET = new Set(['', 'undefined', 'null']);
const ENCODED_URL = /^[a-z][a-z0-9.+-]*%3a/i;

/**
 * Reads what every frame is asked with: who embeds it. A page that is not registered gets an answer that no page can embed.
 *
 * @throws {@link AuthorizeRefusedError} (`invalid_authorize_request`) naming the parameter.
 */
export function parseFrameParent(query: URLSearchParams, clients: IssuerClients): FrameParent {
  const client = getClient(query, clients);
  const origin = getOne(query, 'domain');
  if (!client.allowedOrigins.has(origin)) {
    throw new AuthorizeRefusedError('domain', 'it is not an origin that the application registered.');
  }
  if (!isNameableOrigin(origin)) {
    throw new AuthorizeRefusedError(
      'domain',
      'no header field can name it: open the page by a host name or IPv4 address.',
    );
  }
  const id = getOne(query, 'id');
  if (id.length > MAX_ID_LENGTH || CONTROL.test(id)) {
    throw new AuthorizeRefusedError('id', 'it must be at most 300 characters, without control characters.');
  }
  return { client, origin, id, state: getState(query) };
}

/**
 * Reads the query of `/signup` (codes) and `/login` (links). Two parameters are let be: `form_id`, since the page asks about it itself,
 * and `cotter_user_id`, since a person is here whoever their identifier says they are.
 *
 * @throws {@link AuthorizeRefusedError} (`invalid_authorize_request`) naming the parameter.
 * @see Sheet, 9.2
 */
export function parseFrameRequest(query: URLSearchParams, clients: IssuerClients): FrameRequest {
  const parent = parseFrameParent(query, clients);
  const authMethod = findOne(query, 'auth_method') || 'OTP';
  if (authMethod !== 'OTP' && authMethod !== 'MAGIC_LINK') {
    throw new AuthorizeRefusedError('auth_method', 'it must be OTP or MAGIC_LINK where it is given.');
  }
  return {
    ...parent,
    type: getType(query),
    // The frame for codes calls it `challenge`, the one for links `code_challenge`.
    codeChallenge: getCodeChallenge(query, query.has('code_challenge') ? 'code_challenge' : 'challenge'),
    authMethod,
    redirectUrl: findPageUrl(query, parent.client),
    redirectLink: findOne(query, 'redirect_link') !== 'false',
  };
}

/** A page of the application: of an origin, or a URL, that it registered. */
function findPageUrl(query: URLSearchParams, client: IssuerClient): string | null {
  const given = findOne(query, 'redirect_url');
  if (UNSET.has(given)) return null;
  // The SDK encodes the one for links twice. A page's own URL may end in a fragment, which is no business of ours.
  const [text = ''] = (ENCODED_URL.test(given) ? decode(given) : given).split('#', 1);
  const redirectUrl = readRedirectUrl(text);
  const isOwn = redirectUrl.kind !== 'app' && client.allowedOrigins.has(redirectUrl.url.origin);
  if (!isOwn && !isAllowedRedirect(redirectUrl, client.allowedRedirects)) {
    throw new AuthorizeRefusedError(
      'redirect_url',
      'neither it nor its origin is on the lists that the application registered.',
    );
  }
  return redirectUrl.text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AuthorizeRefusedError('redirect_url', 'it is encoded twice, and wrongly.');
  }
}
