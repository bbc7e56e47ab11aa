import nacl from 'tweetnacl';

import { API_KEY_ID, type IssuerUnderTest, type Tokens } from './issuer-under-test.js';

/** An event object of the wire. */
export interface WireEvent {
  readonly ID: number;
  readonly event: string;
  readonly timestamp: string;
  readonly new: boolean;
  readonly approved: boolean;
  readonly signature: string;
  readonly oauth_token?: Tokens;
}

/** A phone with a key of its own, which sends what the request module of react-native-cotter sends. */
export class TestDevice {
  readonly #keys = nacl.sign.keyPair();

  constructor(
    private readonly issuer: IssuerUnderTest,
    readonly userId: string,
  ) {}

  get publicKey(): string {
    return Buffer.from(this.#keys.publicKey).toString('base64');
  }

  enrol(headers: Record<string, string>, changes: Record<string, unknown> = {}): Promise<Response> {
    const body = {
      method: 'TRUSTED_DEVICE',
      enrolled: true,
      code: this.publicKey,
      algorithm: 'ED25519',
      device_name: 'iPhone 12',
      device_type: 'Apple',
      ...changes,
    };
    return this.issuer.fetch(`/api/v0/user/methods?cotter_user_id=${this.userId}&oauth_token=true`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', API_KEY_ID, ...headers },
      body: JSON.stringify(body),
    });
  }

  isEnrolled(): Promise<Response> {
    const key = Buffer.from(this.publicKey).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    return this.#get(`/api/v0/user/enrolled/${this.userId}/TRUSTED_DEVICE/${key}`);
  }

  /** As the Flutter SDK asks. */
  isEnrolledInQuery(): Promise<Response> {
    const key = Buffer.from(this.publicKey).toString('base64');
    return this.#get(`/api/v0/user/methods?cotter_user_id=${this.userId}&method=TRUSTED_DEVICE&public_key=${key}`);
  }

  approve(): Promise<Response> {
    return this.issuer.postJson('/api/v0/event/create?oauth_token=true', this.signed());
  }

  signed(): Record<string, unknown> {
    const event = this.#event();
    return { ...event, ...this.#proof(`${this.userId}${API_KEY_ID}LOGIN${event.timestamp}TRUSTED_DEVICEtrue`, true) };
  }

  /** Another device's key, for this one to vouch for. */
  signedFor({ publicKey }: TestDevice): Record<string, unknown> {
    const event = { ...this.#event(), event: 'ENROLL_NEW_TRUSTED_DEVICE' };
    const message = `${this.userId}${API_KEY_ID}${event.event}${event.timestamp}TRUSTED_DEVICEtrue${publicKey}`;
    return {
      ...event,
      ...this.#proof(message, true),
      register_new_device: true,
      new_device_public_key: publicKey,
      new_device_algorithm: 'ED25519',
    };
  }

  ask(headers: Record<string, string> = {}): Promise<Response> {
    return this.issuer.postJson('/api/v0/event/create_pending', this.#event(), headers);
  }

  poll(id: number): Promise<Response> {
    return this.#get(`/api/v0/event/get/${String(id)}?oauth_token=true`);
  }

  findNew(): Promise<Response> {
    return this.#get(`/api/v0/event/new/${this.userId}`);
  }

  findNewInQuery(): Promise<Response> {
    return this.#get(`/api/v0/event/new?cotter_user_id=${this.userId}`);
  }

  respond({ ID, event, timestamp }: WireEvent, approved: boolean): Promise<Response> {
    const message = `${this.userId}${API_KEY_ID}${event}${timestamp}TRUSTED_DEVICE${String(approved)}`;
    const body = { ...this.#event(), event, timestamp, ...this.#proof(message, approved) };
    return this.issuer.postJson(`/api/v0/event/respond/${String(ID)}`, body);
  }

  #get(path: string): Promise<Response> {
    return this.issuer.fetch(path, { headers: { API_KEY_ID } });
  }

  #event(): Record<'timestamp' | 'event', string> & Record<string, unknown> {
    return {
      client_user_id: this.userId,
      issuer: API_KEY_ID,
      event: 'LOGIN',
      ip: '198.51.100.6',
      location: 'San Francisco',
      timestamp: String(Math.round(this.issuer.clock.nowMs / 1000)),
      method: 'TRUSTED_DEVICE',
    };
  }

  #proof(message: string, approved: boolean): Record<string, unknown> {
    const signature = nacl.sign.detached(new Uint8Array(Buffer.from(message)), this.#keys.secretKey);
    return {
      code: Buffer.from(signature).toString('base64'),
      approved,
      public_key: this.publicKey,
      algorithm: 'ED25519',
    };
  }
}
