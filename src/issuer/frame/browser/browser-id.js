// @ts-check
const KEY = 'cotter_browser';
const BYTES = 32;

/**
 * Tells this browser from others for the sake of limits alone, as the cookie of the whole page does. It signs nobody in.
 *
 * @returns {string} 43 characters of base64url
 */
export function browserId() {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null) return kept;
    const made = makeId();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    // Storage of frames can be off.
    return makeId();
  }
}

function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
