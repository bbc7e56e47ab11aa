import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What is sealed for. What was sealed for one purpose cannot be opened, or pass for signed, for another. */
export type SealPurpose = 'session' | 'cookie' | 'sign-in' | 'csrf';

interface PurposeKey {
  /** Tells which key sealed something, and nothing of the key. */
  readonly id: Buffer;
  readonly key: Buffer;
}

const KEY_BYTES = 32;
const ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = ID_BYTES + IV_BYTES + TAG_BYTES;

/** Characters that an encryption key has at least: 256 bits in base64, or a long text that nobody guesses. */
export const MIN_KEY_LENGTH = 32;

/**
 * Seals texts by AES-256-GCM under keys that HKDF derives from the application's own, one for each purpose. The first key seals; all of
 * them open, so that a key is rotated by putting a new one in front and taking the old one away when nothing of it is left.
 */
export class Sealer {
  readonly #keys: readonly string[];
  readonly #derived = new Map<SealPurpose, readonly PurposeKey[]>();

  /** @param keys - At least one, of {@link MIN_KEY_LENGTH} characters or more each. */
  constructor(keys: readonly string[]) {
    if (keys.length === 0) throw new Error('a sealer needs a key');
    this.#keys = keys;
  }

  /** @param context - What {@link open} has to be given again: a text cannot be moved to where another one stood. */
  seal(purpose: SealPurpose, text: string, context = ''): string {
    const { id, key } = this.#first(purpose);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([id, iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @returns `null` for what was not sealed by one of the keys, for this purpose and in this context. */
  open(purpose: SealPurpose, sealed: string, context = ''): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < HEAD_BYTES) return null;
    for (const { id, key } of this.#keysFor(purpose)) {
      if (id.equals(bytes.subarray(0, ID_BYTES))) return decrypt(bytes, key, context);
    }
    return null;
  }

  /** A tag that only the owner of the keys can make of a text. */
  sign(purpose: SealPurpose, text: string): string {
    return tagOf(text, this.#first(purpose).key).toString('base64url');
  }

  /** Whether one of the keys has signed this text; in a time that does not tell how much of the tag was right. */
  verify(purpose: SealPurpose, text: string, tag: string): boolean {
    const given = Buffer.from(tag, 'base64url');
    return this.#keysFor(purpose).some(({ key }) => {
      const expected = tagOf(text, key);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }

  #first(purpose: SealPurpose): PurposeKey {
    const [first] = this.#keysFor(purpose);
    if (first === undefined) throw new Error('a sealer needs a key');
    return first;
  }

  #keysFor(purpose: SealPurpose): readonly PurposeKey[] {
    let keys = this.#derived.get(purpose);
    if (keys === undefined) this.#derived.set(purpose, (keys = this.#keys.map((key) => derive(key, purpose))));
    return keys;
  }
}

function derive(secret: string, purpose: SealPurpose): PurposeKey {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', `nestjs-cotter ${purpose}`, KEY_BYTES + ID_BYTES));
  return { key: bytes.subarray(0, KEY_BYTES), id: bytes.subarray(KEY_BYTES) };
}

function decrypt(bytes: Buffer, key: Buffer, context: string): string | null {
  const iv = bytes.subarray(ID_BYTES, ID_BYTES + IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(ID_BYTES + IV_BYTES, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function tagOf(text: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
