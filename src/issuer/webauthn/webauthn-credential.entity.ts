import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/**
 * A passkey that a person has registered.
 *
 * @see {@link https://www.w3.org/TR/webauthn-3/#credential-record | WebAuthn, Credential Record}
 */
@Entity('cotter_issuer_webauthn_credential')
@Index(['apiKeyId', 'credentialIdHash'], { unique: true })
@Index(['userId'])
export class WebAuthnCredential {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  @Column({ type: 'varchar', length: 36 })
  userId!: string;

  /** The host whose pages can use it; browsers offer it nowhere else. */
  @Column({ type: 'varchar', length: 253 })
  rpId!: string;

  /** In base64url, as long as the authenticator likes. */
  @Column({ type: 'text' })
  credentialId!: string;

  /** SHA-256 of {@link credentialId}, in hexadecimal: what is that long makes no unique key. */
  @Column({ type: 'varchar', length: 64 })
  credentialIdHash!: string;

  /** A COSE key, in base64url. */
  @Column({ type: 'text' })
  publicKey!: string;

  /** How often the authenticator says to have signed; 0 for those that do not count. */
  @Column({ type: 'bigint', transformer: epochMillis })
  signCount!: number;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  lastUsedAt!: number | null;
}
