import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

import { API_KEY_ID, ORIGIN, type Identity, type IssuerUnderTest, type Tokens } from './issuer-under-test.js';

export type CreationOptions = PublicKeyCredentialCreationOptionsJSON;
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON;
export type PasskeyIdentity = Identity & { oauth_token: Tokens };

/** What an authenticator or a page does otherwise than it should. */
export interface Mischief {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  /** Whether it has verified its person. */
  readonly isVerified?: boolean;
  readonly signCount?: number;
  readonly userHandle?: string;
  /** Signs with a key of its own under the id that was asked for. */
  readonly isForged?: boolean;
  /** The id of the passkey that it makes. */
  readonly id?: string;
}

interface Passkey {
  readonly privateKey: KeyObject;
  readonly userHandle: string;
  signCount: number;
}

const FLAGS = { present: 0x01, verified: 0x04, attested: 0x40 };

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const asBuffer = (text: string): Buffer => Buffer.from(text, 'base64url');

/** An authenticator in software together with the page that uses it: what they send is what Cotter's browser SDK sends. */
export class TestAuthenticator {
  readonly #passkeys = new Map<string, Passkey>();

  constructor(
    readonly issuer: IssuerUnderTest,
    readonly origin = ORIGIN,
    readonly apiKeyId = API_KEY_ID,
  ) {}

  exists(identifier: string, headers: Record<string, string> = { origin: this.origin }): Promise<Response> {
    return this.issuer.fetch(`/api/v0/webauthn/exists?identifier=${encodeURIComponent(identifier)}`, {
      headers: { API_KEY_ID: this.apiKeyId, ...headers },
    });
  }

  post(path: string, identifier: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.issuer.postJson(`/api/v0/webauthn/${path}?identifier=${encodeURIComponent(identifier)}`, body, {
      api_key_id: this.apiKeyId,
      origin: this.origin,
      ...headers,
    });
  }

  begin(what: 'login' | 'register', identifier: string, headers?: Record<string, string>): Promise<Response> {
    return this.post(`${what}/begin`, identifier, { origin: this.origin }, headers);
  }

  async creationOptions(identifier: string, headers: Record<string, string>): Promise<CreationOptions> {
    return this.#optionsOf(await this.begin('register', identifier, headers));
  }

  async requestOptions(identifier: string): Promise<RequestOptions> {
    return this.#optionsOf(await this.begin('login', identifier));
  }

  /** Registers a passkey of whoever has the access token. */
  async register(identifier: string, accessToken: string): Promise<PasskeyIdentity> {
    const options = await this.creationOptions(identifier, { Authorization: `Bearer ${accessToken}` });
    const response = await this.post('register/finish', identifier, this.create(options));
    expect(response.status).toBe(200);
    return (await response.json()) as PasskeyIdentity;
  }

  /** Signs in by the first passkey that it has of those that are asked for. */
  async login(identifier: string, mischief: Mischief = {}): Promise<Response> {
    return this.post('login/finish', identifier, this.sign(await this.requestOptions(identifier), mischief));
  }

  /** The body of `register/finish`. */
  create(options: CreationOptions, mischief: Mischief = {}): Record<string, unknown> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = mischief.id ?? base64url(randomBytes(32));
    this.#passkeys.set(id, { privateKey, userHandle: options.user.id, signCount: 0 });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const coseKey = isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(asBuffer(x))],
        [-3, new Uint8Array(asBuffer(y))],
      ]),
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(asBuffer(id).length);
    const data = this.#data(options.rp.id ?? '', mischief, 0, [Buffer.alloc(16), length, asBuffer(id), coseKey]);
    const attestationObject = isoCBOR.encode(
      new Map<string, string | Uint8Array | Map<string, never>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, never>()],
        ['authData', new Uint8Array(data)],
      ]),
    );
    const clientDataJSON = this.#clientData('webauthn.create', options.challenge, mischief);
    return {
      id,
      rawId: id,
      response: { clientDataJSON: base64url(clientDataJSON), attestationObject: base64url(attestationObject) },
      type: 'public-key',
      origin: this.origin,
    };
  }

  /** The body of `login/finish`. */
  sign(options: RequestOptions, mischief: Mischief = {}): Record<string, unknown> {
    const known = options.allowCredentials?.find(({ id }) => this.#passkeys.has(id));
    const id = known?.id ?? options.allowCredentials?.[0]?.id ?? '';
    const passkey = this.#passkeys.get(id);
    const signCount = mischief.signCount ?? (passkey?.signCount ?? 0) + 1;
    if (passkey !== undefined) passkey.signCount = signCount;
    const isForged = mischief.isForged === true || passkey === undefined;
    const privateKey = isForged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : passkey.privateKey;
    const data = this.#data(options.rpId ?? '', mischief, signCount);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, mischief);
    return {
      id,
      rawId: id,
      response: {
        authenticatorData: base64url(data),
        clientDataJSON: base64url(clientDataJSON),
        signature: base64url(sign('sha256', Buffer.concat([data, sha256(clientDataJSON)]), privateKey)),
        userHandle: mischief.userHandle ?? passkey?.userHandle ?? '',
      },
      type: 'public-key',
      origin: this.origin,
      public_key: '',
      identifier_type: 'EMAIL',
      device_type: 'BROWSER',
      device_name: 'Mozilla/5.0 (test)',
    };
  }

  #clientData(type: string, challenge: string, mischief: Mischief): Buffer {
    const clientData = { type, challenge, origin: this.origin, crossOrigin: false, ...mischief };
    return Buffer.from(JSON.stringify(clientData));
  }

  #data(rpId: string, mischief: Mischief, signCount: number, attested: Uint8Array[] = []): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(mischief.signCount ?? signCount);
    const flags =
      FLAGS.present + (mischief.isVerified === false ? 0 : FLAGS.verified) + (attested.length > 0 ? FLAGS.attested : 0);
    return Buffer.concat([sha256(mischief.rpId ?? rpId), Buffer.from([flags]), count, ...attested]);
  }

  async #optionsOf<Options>(response: Response): Promise<Options> {
    expect(response.status).toBe(200);
    return ((await response.json()) as { publicKey: Options }).publicKey;
  }
}
