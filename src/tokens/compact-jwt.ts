import { InvalidTokenError } from '../errors/token.errors.js';
import { decodeBase64Url } from './base64url.js';
import { parseStrictJson } from './strict-json.js';

/** A larger token is refused before anything of it is read; Cotter's have some 700 bytes. */
export const MAX_TOKEN_LENGTH = 8 * 1024;

/** A signed token taken apart, of which nothing is proved yet. */
export interface CompactJwt {
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature is over. */
  readonly signingInput: Buffer;
  /** R and S, 32 bytes each. */
  readonly signature: Buffer;
}

const SIGNATURE_LENGTH = 64;
const ACCEPTED_TYPES = new Set(['JWT', 'at+jwt', 'application/at+jwt']);
/**
 * Header members that would have the verifier fetch, decompress or believe something. None of them occurs on this wire.
 */
const REFUSED_HEADER_MEMBERS = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc', 'cty'];

/**
 * Takes a compact JWS apart: structure first, so that no cryptography is spent on junk.
 *
 * @param headers - Kept between calls by whoever reads many tokens.
 * @throws {@link InvalidTokenError} `malformed_token`, `unsupported_algorithm` or `unknown_key` (no `kid` at all).
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-5.2 | RFC 7515, 5.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3 | RFC 8725, 3}
 */
export function parseCompactJwt(token: string, headers = new HeaderReader()): CompactJwt {
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new InvalidTokenError('malformed_token', {
      expected: `at most ${String(MAX_TOKEN_LENGTH)} characters`,
      actual: token.length,
    });
  }
  const headerEnd = token.indexOf('.');
  const payloadEnd = token.indexOf('.', headerEnd + 1);
  // Without a first dot there is no second one.
  if (payloadEnd === -1 || token.includes('.', payloadEnd + 1)) {
    throw new InvalidTokenError('malformed_token', {
      expected: 'three parts',
      actual: 'another number of them',
    });
  }
  const kid = headers.readKid(token.slice(0, headerEnd));
  // As UTF-8, since anything but ASCII is then longer than it was; Latin-1 would take some of it for letters.
  const text = Buffer.from(token, 'utf8');
  if (text.length !== token.length) {
    throw new InvalidTokenError('malformed_token', { expected: 'ASCII', actual: 'something else' });
  }
  const claims = readJsonObject(text, headerEnd + 1, payloadEnd, 'payload');
  const signatureStart = payloadEnd + 1;
  // Into the place of its own characters, which nobody needs any more.
  const signatureEnd = decodePart(text, signatureStart, text.length, text, signatureStart, 'signature');
  if (signatureEnd - signatureStart !== SIGNATURE_LENGTH) {
    throw new InvalidTokenError('invalid_signature', {
      expected: `${String(SIGNATURE_LENGTH)} bytes`,
      actual: signatureEnd - signatureStart,
    });
  }
  return {
    kid,
    claims,
    signingInput: text.subarray(0, payloadEnd),
    signature: text.subarray(signatureStart, signatureEnd),
  };
}

/** Reads the header of a token. An issuer's tokens have the same one until its key changes, so the last good one is remembered. */
export class HeaderReader {
  #header: string | null = null;
  #kid = '';

  readKid(header: string): string {
    if (header !== this.#header) {
      this.#kid = parseHeader(readHeader(header));
      this.#header = header;
    }
    return this.#kid;
  }
}

function parseHeader(header: Record<string, unknown>): string {
  if (header['alg'] !== 'ES256') {
    throw new InvalidTokenError('unsupported_algorithm', { expected: 'ES256', actual: header['alg'] });
  }
  const refused = REFUSED_HEADER_MEMBERS.filter((member) => member in header);
  if (refused.length > 0)
    throw new InvalidTokenError('malformed_token', { expected: 'no such header member', actual: refused });
  const { typ, kid } = header;
  if (typ !== undefined && !(typeof typ === 'string' && ACCEPTED_TYPES.has(typ))) {
    throw new InvalidTokenError('malformed_token', { expected: [...ACCEPTED_TYPES], actual: typ });
  }
  if (typeof kid !== 'string' || kid === '')
    throw new InvalidTokenError('unknown_key', { expected: 'a kid', actual: kid });
  return kid;
}

function readHeader(header: string): Record<string, unknown> {
  const text = Buffer.from(header, 'utf8');
  return readJsonObject(text, 0, text.length, 'header');
}

/** Where the JSON of one part after the other is decoded to: it is read at once, and nobody keeps it. */
const scratch = Buffer.alloc(MAX_TOKEN_LENGTH);

function readJsonObject(text: Buffer, start: number, end: number, name: string): Record<string, unknown> {
  const json = parseStrictJson(scratch.subarray(0, decodePart(text, start, end, scratch, 0, name)));
  if ('object' in json) return json.object;
  throw new InvalidTokenError('malformed_token', {
    expected: `${json.problem} in the ${name}`,
    actual: 'something else',
  });
}

function decodePart(text: Buffer, start: number, end: number, into: Buffer, at: number, name: string): number {
  const behind = decodeBase64Url(text, start, end, into, at);
  if (behind !== -1) return behind;
  throw new InvalidTokenError('malformed_token', {
    expected: `base64url without padding in the ${name}`,
    actual: 'something else',
  });
}
