import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/** A challenge on its way to an authenticator and back. */
@Entity('cotter_issuer_webauthn_ceremony')
@Index(['challengeHash'], { unique: true })
@Index(['createdAt'])
export class WebAuthnCeremony {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 16 })
  kind!: 'REGISTRATION' | 'LOGIN';

  /** SHA-256, in hexadecimal. */
  @Column({ type: 'varchar', length: 64 })
  challengeHash!: string;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  /** `null` where the identifier belongs to nobody, which whoever asked is not told. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  userId!: string | null;

  /** Of the page, as browsers spell it. */
  @Column({ type: 'text' })
  origin!: string;

  /** How the person who registers a passkey had signed in; `null` for all else. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  authenticationMethod!: string | null;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  authenticatedAt!: number | null;

  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  /** From then on the answer is refused. */
  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: number;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  usedAt!: number | null;
}
