import { domainToASCII } from 'node:url';

const MAX_LOCAL_PART_LENGTH = 64;
const LOCAL_PART = /^[^\s"(),:;<>@[\\\]]+$/u;
/** To `domainToASCII` a domain ends where a path, a query or a port could begin, and `%` and white space are its to read or drop. */
const NO_DOMAIN = /[\s\p{C}\p{Default_Ignorable_Code_Point}#%/:?@\\]/u;
/** Most addresses are in their normal form already, which one look tells: `xn--` and whatever may be a number are left to the rules. */
const NORMAL_FORM = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$/;
const DOMAIN = /^(?=.{1,255}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The normal form of an e-mail address: both parts lower-cased and in Unicode's NFC, the domain as A-labels. Mailbox providers
 * that tell `Ann@` from `ann@` are not found in the wild, and people type their address in both spellings.
 *
 * Quoted local parts, comments, lists and address literals are no addresses here: each has been used to send a code to two people.
 *
 * @returns `null` where the text is not one address.
 */
export function parseEmail(text: string): string | null {
  const at = text.indexOf('@');
  if (at < 1) return null;
  const local = text.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC');
  const domainText = text.slice(at + 1).normalize('NFC');
  if (NO_DOMAIN.test(domainText)) return null;
  const domain = domainToASCII(domainText);
  if (local.length > MAX_LOCAL_PART_LENGTH || !LOCAL_PART.test(local)) return null;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return null;
  return DOMAIN.test(domain) && !isIpAddress(domain) ? `${local}@${domain}` : null;
}

/** Whether a text is, at one look, an address in its normal form, which {@link parseEmail} would give back; there are others in theirs. */
export function isNormalEmail(text: string): boolean {
  return text.length <= MAX_LOCAL_PART_LENGTH && NORMAL_FORM.test(text);
}

/** `domainToASCII` reads `0x7f.1` as an IPv4 address, as browsers do; whatever it yields of that kind is four numbers. */
function isIpAddress(domain: string): boolean {
  return /^\d+(\.\d+){3}$/.test(domain);
}
