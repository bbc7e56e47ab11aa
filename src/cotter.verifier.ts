import { Logger } from '@nestjs/common';

import { tell } from './cotter.events.js';
import type { CotterOptions, ResolvedTrust } from './cotter.options.js';
import type { InvalidTokenError } from './errors/token.errors.js';
import type { RevocationService } from './revocation/revocation.service.js';
import { JwksKeyProvider } from './tokens/jwks-key-provider.js';
import type { KeyProvider } from './tokens/key-provider.js';
import { StaticKeyProvider } from './tokens/static-key-provider.js';
import { TokenVerifier } from './tokens/token-verifier.js';

const logger = new Logger('Cotter');

/** Makes the verifier of a module: the one place where a trusted issuer gets its keys, and listeners hear what happens. */
export function createTokenVerifier(options: CotterOptions, revocations: RevocationService): TokenVerifier {
  const byKeys = new Map<ResolvedTrust['keys'], KeyProvider>();
  return new TokenVerifier({
    trustedIssuers: options.trust.map(({ issuer, audience, keys, keepsAuthTime }) => {
      const provider = byKeys.get(keys) ?? createKeyProvider(options, keys);
      byKeys.set(keys, provider);
      return { issuer, audience, keys: provider, keepsAuthTime };
    }),
    clockToleranceSeconds: options.clockToleranceSeconds,
    maxCachedTokens: options.maxCachedTokens,
    clock: options.clock,
    isRevoked: (principal) => revocations.isRevoked(principal),
    onRefused: (refusal) => {
      if (options.logRefusals) logRefusal(refusal);
      tell('onTokenRejected', () => options.events.onTokenRejected?.({ code: refusal.code }));
    },
  });
}

function createKeyProvider({ jwks, events }: CotterOptions, keys: ResolvedTrust['keys']): KeyProvider {
  if ('set' in keys) return new StaticKeyProvider(keys.set);
  const { uri: jwksUri } = keys;
  return new JwksKeyProvider({
    ...jwks,
    jwksUri,
    onRefreshed: (kids) => {
      tell('onKeysRefreshed', () => events.onKeysRefreshed?.({ jwksUri, kids }));
    },
    onUnavailable: (error) => {
      logger.warn(`the keys at ${jwksUri} cannot be fetched: ${error.message}`);
      tell('onKeysUnavailable', () => events.onKeysUnavailable?.({ jwksUri, error }));
    },
  });
}

/** One line a refusal. What the token held is a stranger's text, so it goes through JSON and is cut. */
function logRefusal({ code, evidence }: InvalidTokenError): void {
  const { expected, actual } = evidence ?? {};
  logger.warn(`token refused: ${code}${evidence ? `, expected ${show(expected)}, got ${show(actual)}` : ''}`);
}

const SHOWN_LENGTH = 120;
/** What `JSON.stringify` leaves as it is, and a terminal or a reader of logs takes for the end of a line or a command. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function show(value: unknown): string {
  const json = (JSON.stringify(value) as string | undefined) ?? 'nothing';
  return json.slice(0, SHOWN_LENGTH).replace(UNSEEN, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
