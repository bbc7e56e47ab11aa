// @ts-check
/** What people call the authenticator of their own device, by what their browser says of it. */
const NAMES = /** @type {const} */ ([
  [/Windows/, 'Windows Hello'],
  [/iPhone|iPad/, 'Face ID or Touch ID'],
  [/Macintosh/, 'Touch ID'],
  [/Android/, 'your screen lock'],
]);

/** @returns {string} to stand behind "with" */
export function methodName() {
  const { userAgent, maxTouchPoints } = navigator;
  // An iPad calls itself a Mac, and has no Mac's lack of a touch screen.
  if (userAgent.includes('Macintosh') && maxTouchPoints > 1) return 'Face ID or Touch ID';
  return NAMES.find(([system]) => system.test(userAgent))?.[1] ?? 'a passkey';
}
