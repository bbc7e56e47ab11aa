import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import type { IssuerClients } from '../clients/issuer-clients.js';
import { pathOf } from '../../http/request-target.js';

const PUBLIC_KEY_PATHS = ['/api/v0/token/jwks', '/api/v0/verify/public_key'];
const KEY_IN_PATH = /^\/api\/v0\/token\/([^/]+)$/;
const PREFLIGHT_CACHE_SECONDS = '600';

/**
 * What a page of another origin may do, as header fields. Calls are made with credentials, so the origin is named exactly and must be
 * registered by the application that calls. The public keys are everybody's.
 *
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol | Fetch, CORS protocol}
 */
export function corsHeaders(request: PlatformRequest, clients: IssuerClients): Record<string, string> {
  const path = pathOf(request);
  if (!path.startsWith('/api/') && path !== '/verify') return {};
  if (PUBLIC_KEY_PATHS.includes(path)) return { 'Access-Control-Allow-Origin': '*' };
  const [origin, ...others] = headerValuesOf(request, 'origin');
  const isListed =
    origin !== undefined && others.length === 0 && callersOf(request, path, clients).some(registers(origin));
  return {
    Vary: 'Origin',
    ...(isListed ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' } : {}),
    ...(isListed && isPreflight(request) ? PREFLIGHT_HEADERS : {}),
  };
}

/** Whether a browser asks for permission before it sends the request itself. */
export function isPreflight(request: PlatformRequest): boolean {
  return headerValuesOf(request, 'access-control-request-method').length > 0;
}

const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Headers': 'API_KEY_ID, Content-Type',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Max-Age': PREFLIGHT_CACHE_SECONDS,
};

/** The application that calls. A preflight does not carry the header that names it, so any of them may be meant. */
function callersOf(request: PlatformRequest, path: string, clients: IssuerClients): IssuerClient[] {
  const keys = [KEY_IN_PATH.exec(path)?.[1], ...headerValuesOf(request, 'api_key_id')].filter(
    (key) => key !== undefined,
  );
  if (keys.length === 0) return [...clients.all()];
  const callers = keys.map((key) => clients.find(key));
  return callers.filter((client) => client !== null);
}

function registers(origin: string): (client: IssuerClient) => boolean {
  return (client) => client.allowedOrigins.has(origin);
}
