import type { Challenge } from './challenge.entity.js';

/** What people read about codes, on whichever page. */

export function tooManyCodesText(retryAfterSeconds: number): string {
  return `We have sent enough messages for now. Use the latest one, or ask for another in ${waitOf(retryAfterSeconds)}.`;
}

export const CODE_NOT_SENT_TEXT = 'Nothing is on its way to you. Please try again in a moment.';

export function wrongCodeText(triesLeft: number): string {
  return `That code is not right. You have ${triesLeft === 1 ? '1 try' : `${String(triesLeft)} tries`} left.`;
}

/** @param challenge - `null` where there is none any more. */
export function closedCodeText(challenge: Challenge | null): string {
  return challenge !== null && challenge.verifiedAt !== null
    ? 'This code has been used already. Each code works once.'
    : 'The code has expired, or was tried too often. Codes work for 5 minutes and 5 tries.';
}

function waitOf(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes === 1) return 'a minute';
  return minutes <= 90 ? `${String(minutes)} minutes` : `${String(Math.ceil(minutes / 60))} hours`;
}
