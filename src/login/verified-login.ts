import { IdentityMismatchError, IdTokenMismatchError } from '../errors/login.errors.js';
import { isSameIdentifier } from '../identifiers/identifier.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import type { VerifiedIdToken } from '../tokens/token-verifier.js';
import type { LoginRequest } from './dto/login-request.js';

/**
 * @throws {@link IdTokenMismatchError} (`id_token_mismatch`) where the two tokens are not about one person at one issuer. Their audience
 *   needs no comparison: the verifier accepts a single one.
 */
export function assertSamePerson(principal: CotterPrincipal, idToken: VerifiedIdToken): void {
  if (idToken.subject !== principal.subject || idToken.issuer !== principal.issuer) throw new IdTokenMismatchError();
}

/**
 * For `strictIdentity`: every name that the body gives must be the one that the tokens prove.
 *
 * @throws {@link IdentityMismatchError} (`identity_mismatch`) naming the members that disagree.
 */
export function assertClaimsAgree(claimed: LoginRequest['claimed'], subject: string, identifier: string | null): void {
  const wrongIdentifiers = Object.entries(claimed.identifiers).filter(
    ([, value]) => identifier === null || !isSameIdentifier(value, identifier),
  );
  const wrongSubjects = Object.entries(claimed.subjects).filter(([, value]) => value !== subject);
  const members = [...wrongIdentifiers, ...wrongSubjects].map(([path]) => path);
  if (members.length > 0) throw new IdentityMismatchError(members);
}
