import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { MAX_IDENTIFIER_LENGTH } from '../../identifiers/identifier.js';
import { epochMillis } from '../epoch-millis.js';

/**
 * One code on its way from the authorize page to the exchange. Holds no secret in clear: what is hashed here can neither be shown nor
 * be guessed from a copy of the table.
 */
@Entity('cotter_issuer_challenge')
@Index(['handleHash'], { unique: true })
@Index(['identifier', 'createdAt'])
@Index(['network', 'createdAt'])
@Index(['browserHash', 'createdAt'])
@Index(['createdAt'])
export class Challenge {
  /** The `challenge_id` of the wire. */
  @PrimaryGeneratedColumn()
  id!: number;

  /** SHA-256 of the handle that the browser holds, in hexadecimal. */
  @Column({ type: 'varchar', length: 64 })
  handleHash!: string;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  @Column({ type: 'text' })
  redirectUrl!: string;

  /** Always S256. */
  @Column({ type: 'varchar', length: 43 })
  codeChallenge!: string;

  @Column({ type: 'text' })
  state!: string;

  /** In its normal form. */
  @Column({ type: 'varchar', length: MAX_IDENTIFIER_LENGTH })
  identifier!: string;

  @Column({ type: 'varchar', length: 16 })
  identifierType!: 'EMAIL' | 'PHONE';

  /** HMAC-SHA256 of the code under the handle, in hexadecimal: six digits alone would be guessed from their hash at once. */
  @Column({ type: 'varchar', length: 64 })
  codeHash!: string;

  /** Tries so far, wrong or right. */
  @Column({ type: 'int' })
  attempts!: number;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  /** From then on the code is refused. */
  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: number;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  verifiedAt!: number | null;

  /** SHA-256, in hexadecimal. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  authorizationCodeHash!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  authorizationExpiresAt!: number | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  consumedAt!: number | null;

  /** Where the code was asked for from: an IPv4 address or an IPv6 /64. `null` for this machine, whose users are not counted. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  network!: string | null;

  /** SHA-256 of the cookie that tells browsers apart, in hexadecimal; `null` for this machine. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  browserHash!: string | null;

  /** What the browser calls itself. */
  @Column({ type: 'varchar', length: 512 })
  deviceName!: string;
}
