import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createKid, createP256Key, createUnsuitableKeys, type AttackKey, type UnsuitableKeys } from './attack-keys.js';

/** How an {@link AttackIssuer} starts. */
export interface AttackIssuerOptions {
  readonly apiKeyId?: string;
  /** The address to listen on, and the name that servers reach it by. @defaultValue 127.0.0.1 */
  readonly host?: string;
  /** @defaultValue a free one */
  readonly port?: number;
  /** Leaves the unsuitable keys out of the set, for servers that give up on a whole set over one of them. @defaultValue false */
  readonly plainKeys?: boolean;
}

const JWKS_PATH = '/api/v0/token/jwks';

/**
 * An issuer whose private keys the attacks have at hand: each forged token differs from a real one in a single thing. It publishes a set
 * with keys of every unsuitable kind in it, and notes who asks for what it does not publish.
 */
export class AttackIssuer {
  readonly apiKeyId: string;
  readonly key: AttackKey = createP256Key(createKid());
  /** Published beside the first, as after a rotation. */
  readonly secondKey: AttackKey = createP256Key(createKid());
  /** Of the attacker: never published by the issuer. */
  readonly rogueKey: AttackKey = createP256Key(createKid());
  readonly unsuitable: UnsuitableKeys = createUnsuitableKeys();
  readonly #server: Server;
  readonly #plainKeys: boolean;
  readonly #host: string;
  readonly #lured: string[] = [];

  private constructor({ apiKeyId = randomUUID(), plainKeys = false, host = '127.0.0.1' }: AttackIssuerOptions) {
    this.apiKeyId = apiKeyId;
    this.#host = host;
    this.#plainKeys = plainKeys;
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      const keys = path === JWKS_PATH ? this.#published() : [this.rogueKey.published];
      if (path !== JWKS_PATH) this.#lured.push(path);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    });
  }

  static async start(options: AttackIssuerOptions = {}): Promise<AttackIssuer> {
    const issuer = new AttackIssuer(options);
    issuer.#server.listen(options.port ?? 0, issuer.#host);
    await once(issuer.#server, 'listening');
    return issuer;
  }

  /** Its base URL, which is its `iss` too. */
  get url(): string {
    return `http://${this.#host}:${String((this.#server.address() as AddressInfo).port)}`;
  }

  get jwksUri(): string {
    return `${this.url}${JWKS_PATH}`;
  }

  /** Where the attacker's own key set is: no server may be talked into reading it. */
  get rogueUrl(): string {
    return `${this.url}/rogue/jwks`;
  }

  /** Paths beside the key set that somebody asked for: the servers under attack that followed a URL of a token. */
  get lured(): readonly string[] {
    return this.#lured;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #published(): object[] {
    const unsuitable = this.#plainKeys ? [] : Object.values(this.unsuitable);
    return [...unsuitable, this.key, this.secondKey].map((key: { readonly published: object }) => key.published);
  }
}
