import type { Challenge } from '../challenges/challenge.entity.js';

/** What people read about a link that cannot be clicked any more. @param challenge - `null` where there is none. */
export function closedLinkText(challenge: Challenge | null): string {
  return challenge !== null && challenge.verifiedAt !== null
    ? 'This link has been used already. Each link works once.'
    : 'This link has expired, or a newer one has taken its place. Links work for 5 minutes.';
}
