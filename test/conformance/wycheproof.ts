import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, 'vectors/wycheproof');

/** A file of vectors: groups that share a key, and the number of vectors that its authors counted. */
export interface VectorFile<TGroup> {
  readonly numberOfTests: number;
  readonly testGroups: readonly TGroup[];
}

/** One signature over one message, in hexadecimal. */
export interface SignatureVector {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

export interface SignatureGroup {
  readonly publicKey: { readonly curve: string; readonly wx: string; readonly wy: string };
  readonly tests: readonly SignatureVector[];
}

/** One token, signed or encrypted, in whatever serialization. */
export interface JoseVector {
  readonly tcId: number;
  readonly comment: string;
  readonly jws?: unknown;
  readonly jwe?: unknown;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

export interface JoseGroup {
  readonly comment: string;
  /** A key or a key set. Symmetric groups have no public one. */
  readonly public?: Readonly<Record<string, unknown>>;
  readonly private: Readonly<Record<string, unknown>>;
  readonly tests: readonly JoseVector[];
}

export function readVectors<TGroup>(name: string): VectorFile<TGroup> {
  return JSON.parse(readFileSync(join(FOLDER, `${name}_test.json`), 'utf8')) as VectorFile<TGroup>;
}
