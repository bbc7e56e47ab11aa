import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { MAX_IDENTIFIER_LENGTH } from '../../identifiers/identifier.js';
import { epochMillis } from '../epoch-millis.js';

/**
 * One code, or one link, on its way from the authorize page to the exchange. Holds no secret in clear: what is hashed here can neither be shown nor
 * be guessed from a copy of the table.
 */
@Entity('cotter_issuer_challenge')
@Index(['handleHash'], { unique: true })
@Index(['linkHash'], { unique: true })
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

  /** The origin of the page, where a frame of it asked: what the page may name in the exchange instead of `redirectUrl`. */
  @Column({ type: 'text', nullable: true })
  frameOrigin!: string | null;

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

  /** How the person is asked to prove the identifier. */
  @Column({ type: 'varchar', length: 16, default: 'OTP' })
  authMethod!: 'OTP' | 'MAGIC_LINK';

  /**
   * HMAC-SHA256 of the code under the handle, in hexadecimal: six digits alone would be guessed from their hash at once. Empty, which is no
   * code's hash, where a link was sent.
   */
  @Column({ type: 'varchar', length: 64 })
  codeHash!: string;

  /** Tries so far, wrong or right. */
  @Column({ type: 'int' })
  attempts!: number;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  /** From then on the code or the link is refused. */
  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: number;

  /** When the code was typed in, or the link clicked. */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  verifiedAt!: number | null;

  /** SHA-256, in hexadecimal. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  authorizationCodeHash!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  authorizationExpiresAt!: number | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  consumedAt!: number | null;

  /** Where the link leads, a `LinkRequest['kind']`; `null` where a code was sent. */
  @Column({ type: 'varchar', length: 8, nullable: true })
  linkKind!: 'app' | 'page' | 'tab' | null;

  /** SHA-256 of the link's token, in hexadecimal. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  linkHash!: string | null;

  /** SHA-256 of what the click has given to the page, in hexadecimal; `null` before the click and once it is redeemed. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  redeemHash!: string | null;

  @Column({ type: 'text', nullable: true })
  pageUrl!: string | null;

  /** What the page hands to itself by way of the link. */
  @Column({ type: 'text', nullable: true })
  clientJson!: string | null;

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
