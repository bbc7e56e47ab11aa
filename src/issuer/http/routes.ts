/** A path of the issuer, and what may be done with it. */
interface Route {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

const READ = ['GET', 'HEAD'];
const FRAME_PATHS = ['/signup', '/login', '/webauthn'];

/** Every path, the more special ones first. What is not here is answered with 404 by the platform. */
const ROUTES: readonly Route[] = [
  { path: /^\/$/, methods: READ },
  { path: /^\/(health|outbox|outbox\.json|favicon\.ico)$/, methods: READ },
  { path: /^\/assets\/issuer\.(css|svg)$/, methods: READ },
  { path: /^\/(lib\/modal\.css|assets\/images\/cotter_transparent_light\.png)$/, methods: READ },
  { path: /^\/assets\/[a-z]+\/browser\/[a-z-]+\.js$/, methods: READ },
  { path: /^\/(signup|login|webauthn)$/, methods: READ },
  { path: /^\/frame\/(identifier|begin|code|resend|redeem|poll)$/, methods: ['POST'] },
  { path: /^\/app(\/code|\/resend)?$/, methods: [...READ, 'POST'] },
  { path: /^\/link$/, methods: [...READ, 'POST'] },
  { path: /^\/api\/v0\/verify\/get_identity$/, methods: ['POST'] },
  { path: /^\/api\/v0\/verify\/public_key$/, methods: READ },
  { path: /^\/verify$/, methods: ['POST'] },
  { path: /^\/api\/v0\/token\/jwks$/, methods: READ },
  { path: /^\/api\/v0\/token\/custom$/, methods: ['POST'] },
  { path: /^\/api\/v0\/token$/, methods: ['POST'] },
  { path: /^\/api\/v0\/token\/[^/]+$/, methods: ['POST', 'DELETE'] },
  { path: /^\/api\/v0\/user\/create$/, methods: ['POST'] },
  { path: /^\/api\/v0\/user\/list$/, methods: READ },
  { path: /^\/api\/v0\/user$/, methods: READ },
  { path: /^\/api\/v0\/user\/[^/]+$/, methods: [...READ, 'PUT'] },
  { path: /^\/api\/v0\/user\/enrolled\/[^/]+\/[^/]+(\/[^/]+)?$/, methods: READ },
  { path: /^\/api\/v0\/event\/(create|create_pending|respond\/[^/]+)$/, methods: ['POST'] },
  { path: /^\/api\/v0\/event\/(get\/[^/]+|new(\/[^/]+)?)$/, methods: READ },
  { path: /^\/api\/v0\/webauthn\/exists$/, methods: READ },
  { path: /^\/api\/v0\/webauthn\/(register|login)\/(begin|finish)$/, methods: ['POST'] },
];

/** What may be done with a path; `null` where it is not one of the issuer's. */
export function findMethods(path: string): readonly string[] | null {
  return ROUTES.find((route) => route.path.test(path))?.methods ?? null;
}

/** Whether other pages may embed what is at a path: its answers name the one origin that may, or none, in their CSP. */
export function isFramePath(path: string): boolean {
  return FRAME_PATHS.includes(path);
}

/** Whether a path belongs to the API, whose errors are JSON; all others are seen by people. */
export function isApiPath(path: string): boolean {
  return /^\/(api|frame)\//.test(path) || path === '/outbox.json' || path === '/verify';
}
