const METHODS = {
  OTP: 'One-time code',
  MAGIC_LINK: 'Sign-in link',
  WEBAUTHN: 'Passkey',
  TRUSTED_DEVICE: 'Trusted device',
  SOCIAL_LOGIN: 'Social account',
  PIN: 'PIN',
  BIOMETRIC: 'Fingerprint or face',
};

/** @param {string | null} method as the token names it */
export function methodInWords(method) {
  return METHODS[method] ?? method ?? 'Unknown';
}

/** @param {string} iso */
export function dayInWords(iso) {
  return new Intl.DateTimeFormat('en', { dateStyle: 'long' }).format(new Date(iso));
}

/** @param {string} iso @returns {string} such as `2:03:04 PM` */
export function timeInWords(iso) {
  return new Intl.DateTimeFormat('en', { timeStyle: 'medium' }).format(new Date(iso));
}

/** @param {string} iso @param {number} nowMs @returns {string} fit for the middle of a sentence */
export function momentInWords(iso, nowMs) {
  const minutes = Math.round((nowMs - new Date(iso).getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return new Intl.RelativeTimeFormat('en').format(-minutes, 'minute');
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** @param {string} text */
export function capitalized(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** @param {number} milliseconds @returns {string} `59:07`, or `1:02:03` where it is hours */
export function countdownInWords(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3600);
  return (hours > 0 ? [hours, ...parts] : parts).join(':');
}

/** @param {string} identifier @returns {string} one sign for the round picture */
export function initialOf(identifier) {
  return identifier.startsWith('+') ? '#' : ([...identifier][0]?.toUpperCase() ?? '?');
}
