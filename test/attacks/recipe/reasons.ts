import type { Attack } from '../attack.js';

/** How bad it is to accept something. */
export type Severity = 'entry' | 'readers' | 'unchecked' | 'lax';

export const severities: Readonly<Record<Severity, string>> = {
  entry: 'lets somebody in who must not get in',
  readers: 'takes for good what another reader takes for something else',
  unchecked: 'takes unchecked what it is given',
  lax: 'is lax, without harm of its own',
};

/** Why it matters that some attacks are accepted. */
export interface Reason {
  readonly severity: Severity;
  readonly why: string;
}

const REASONS: readonly (readonly [which: RegExp, severity: Severity, why: string])[] = [
  [
    /^kinds of token/,
    'entry',
    'Any token of the issuer opens the door, also one that only says who somebody is. ID tokens travel through front ends, analytics and other services, none of which should get in.',
  ],
  [
    /^header: typ: typ of/,
    'entry',
    'The same by another name: logout tokens, proofs and assertions of the issuer have the right key, and nobody looks what they are (RFC 8725, 3.11).',
  ],
  [
    /^(?:claims: type|header: typ)/,
    'unchecked',
    'What kind of token it is, nobody asks, and so nobody notices where it says nonsense.',
  ],
  [
    /^login: identity/,
    'entry',
    "The account is found by the address in the body. The token's own identifier is not looked at, so it may be missing, be somebody else's or look like it.",
  ],
  [
    /^JSON: (?:header: a header with|payload: a payload with)/,
    'readers',
    'Of two members with one name this reader takes the last. A proxy, a gateway or a log that takes the first has checked another token.',
  ],
  [
    /^structure: base64url: bits left over/,
    'readers',
    'One signature has several spellings, so that a list of revoked tokens by their text misses all but one.',
  ],
  [
    /^(?:structure: base64url: a no-break|guard: scheme)/,
    'readers',
    'By RFC 9110 there is no bearer token in this field, so that a proxy in front may let it pass as anonymous.',
  ],
  [
    /^guard: several credentials: (?:two tokens|a word)/,
    'readers',
    'Whatever stands behind the first token is dropped. Another reader may take the last one, or the whole.',
  ],
  [
    /^guard: several credentials/,
    'readers',
    'Of several fields this reader takes the first, and a proxy in front may have checked the last.',
  ],
  [
    /^keys of the set.*one kid$/,
    'readers',
    'Which of two keys of one name counts depends on their order in the set, and so on who wrote it last.',
  ],
  [
    /^(?:JWE|nested tokens)/,
    'readers',
    'The header says that the token is encrypted or holds another one. A reader that believes it sees something else.',
  ],
  [
    /^login: media type: (?:two types|UTF-16|ISO|UTF-7|an unknown)/,
    'readers',
    'Another reader of the body takes another type, or other characters.',
  ],
  [
    /^(?:header: extensions|JSON: header: a header of a thousand levels)/,
    'unchecked',
    'RFC 7515, 4.1.11: who does not understand what `crit` lists has to refuse. `b64` and `zip` change what the payload is.',
  ],
  [
    /^claims: exp/,
    'unchecked',
    'A token whose end is not there, or is called otherwise, or is no number, never ends: what is stolen once is good for ever.',
  ],
  [
    /^claims: nbf and iat/,
    'unchecked',
    'Times of the wrong type, or in the future, are signs of an issuer that fails or a clock that is off. Rules that build on `iat` (log out everywhere, sign in again) compare nonsense.',
  ],
  [
    /^claims: sub/,
    'unchecked',
    'The caller is nobody, or not a text. A look-up by `undefined` finds the first account in some ORMs, and by an object whatever the object asks for.',
  ],
  [/^claims: aud/, 'unchecked', 'A list with something else in it comes from no issuer that is in order.'],
  [/^claims: jti/, 'unchecked', 'A list of revoked ids, which are texts, never finds this one.'],
  [
    /^login: ID token/,
    'unchecked',
    "The ID token of the sign-in is not read: forged, expired, or another person's, it goes by, and whoever reads a name from it later believes it.",
  ],
  [
    /^header: keys that come along/,
    'lax',
    'The member is not used, and the signature is good. Refusing keeps the next library from using it.',
  ],
  [
    /^(?:structure: size|login: bytes)/,
    'lax',
    'Size costs time before anything is checked; the limits here are those of the platform.',
  ],
  [/^login: (?:shape|media type)/, 'lax', 'Members and parameters that nobody asked for are not looked at.'],
];

/** @throws where nobody has said yet why it matters. */
export function reasonFor({ family, name }: Attack): Reason {
  const found = REASONS.find(([which]) => which.test(`${family}: ${name}`));
  if (found === undefined) throw new Error(`test/attacks/recipe/reasons.ts has no reason for "${family}: ${name}"`);
  const [, severity, why] = found;
  return { severity, why };
}
