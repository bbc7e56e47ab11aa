import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/** A challenge on its way to an authenticator and back; or a question about somebody's passkeys, which is only counted. */
@Entity('cotter_issuer_webauthn_ceremony')
@Index(['challengeHash'], { unique: true })
@Index(['network', 'createdAt'])
@Index(['createdAt'])
export class WebAuthnCeremony {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 16 })
  kind!: 'REGISTRATION' | 'LOGIN' | 'QUESTION';

  /** SHA-256, in hexadecimal. `null` for a question, which waits for no answer. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  challengeHash!: string | null;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  /** `null` where the identifier belongs to nobody, which whoever asked is not told. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  userId!: string | null;

  /** Of the page, as browsers spell it. `null` for a question, which need not come from one. */
  @Column({ type: 'text', nullable: true })
  origin!: string | null;

  /** How the person who registers a passkey had signed in; `null` for all else. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  authenticationMethod!: string | null;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  authenticatedAt!: number | null;

  /** Where it was asked for from: an IPv4 address or an IPv6 /64. `null` for this machine, whose users are not counted. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  network!: string | null;

  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  /** From then on the answer is refused. */
  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: number;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  usedAt!: number | null;
}
