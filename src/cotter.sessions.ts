import type { FactoryProvider, Provider, ValueProvider } from '@nestjs/common';

import { CotterOptions, type ResolvedSession } from './cotter.options.js';
import { RenewalService } from './renewal/renewal.service.js';
import { RevocationService } from './revocation/revocation.service.js';
import { Sealer } from './sealing/sealer.js';
import { CookieSessions, type SessionParts } from './session/cookie-sessions.js';
import { CrossSiteGuard } from './session/cross-site-guard.js';
import { LastSeenRecorder } from './session/last-seen-recorder.js';
import { ServerSessions } from './session/server-sessions.js';
import { SessionEnding } from './session/session-ending.js';
import { SessionService } from './session/session.service.js';
import { SessionStore } from './session/session.store.js';
import { SessionSweeper } from './session/session-sweeper.js';
import { TokenSessions } from './session/token-sessions.js';
import { TokenVerifier } from './tokens/token-verifier.js';

/** What a module without sessions has in their place; the default module is global, and its sessions must not stand in for another's. */
export const NO_SESSIONS: readonly ValueProvider[] = [
  { provide: CookieSessions, useValue: null },
  { provide: SessionService, useValue: null },
];

/** Everything that sessions by cookie are made of, over a {@link SessionStore}. */
export const SESSION_PROVIDERS: readonly Provider[] = [
  provideFrom(Sealer, ({ encryptionKeys }) => new Sealer(encryptionKeys)),
  {
    provide: CrossSiteGuard,
    useFactory: (options: CotterOptions, sealer: Sealer) => new CrossSiteGuard(getSession(options), sealer),
    inject: [CotterOptions, Sealer],
  },
  LastSeenRecorder,
  SessionEnding,
  SessionSweeper,
  SessionService,
  {
    provide: CookieSessions,
    useFactory: createCookieSessions,
    inject: [
      CotterOptions,
      SessionStore,
      RevocationService,
      LastSeenRecorder,
      CrossSiteGuard,
      Sealer,
      TokenVerifier,
      RenewalService,
      SessionEnding,
    ],
  },
];

function createCookieSessions(
  options: CotterOptions,
  store: SessionStore,
  revocations: RevocationService,
  lastSeen: LastSeenRecorder,
  crossSite: CrossSiteGuard,
  sealer: Sealer,
  verifier: TokenVerifier,
  renewals: RenewalService,
  ending: SessionEnding,
): CookieSessions {
  const session = getSession(options);
  const parts: SessionParts = { options, session, store, revocations, lastSeen, crossSite };
  return session.mode === 'server'
    ? new ServerSessions(parts, sealer, renewals, ending)
    : new TokenSessions(parts, sealer, verifier, renewals, ending);
}

function provideFrom<T>(
  provide: FactoryProvider<T>['provide'],
  create: (session: ResolvedSession) => T,
): FactoryProvider<T> {
  return { provide, useFactory: (options: CotterOptions) => create(getSession(options)), inject: [CotterOptions] };
}

function getSession({ session }: CotterOptions): ResolvedSession {
  if (session === null) throw new Error('a module with sessions has options for them');
  return session;
}
