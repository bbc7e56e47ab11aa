import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import type { TokenState } from '../renewal/ledger-entry.js';
import { millis } from './millis.js';
import { REALM_LENGTH } from './user.entity.js';

/**
 * A refresh token, by its hash, and what became of it. See {@link TypeOrmRefreshLedger}.
 *
 * A family is named by the hash of its first token, whose row holds what is true of all of them: the owner, and whether it was revoked.
 * That row outlives the others.
 */
@Entity('cotter_refresh_token')
@Index(['realm', 'expiresAt'])
@Index(['realm', 'sealedUntil'])
export class CotterRefreshToken {
  /** SHA-256 of the token, in hexadecimal digits. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  hash!: string;

  /** The `name` of the `CotterModule`. */
  @PrimaryColumn({ type: 'varchar', length: REALM_LENGTH })
  realm!: string;

  @Column({ type: 'varchar', length: 64 })
  family!: string;

  @Column({ type: 'varchar', length: 8 })
  state!: TokenState;

  /** Of the first token alone. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  issuer!: string | null;

  /** Of the first token alone. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  subject!: string | null;

  /** Of the first token alone: whoever ended the family. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  revokedBy!: string | null;

  /** The renewal that runs, or the last one that came to an end. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  claimId!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: millis })
  claimedAt!: number | null;

  @Column({ type: 'bigint', nullable: true, transformer: millis })
  leaseMs!: number | null;

  @Column({ type: 'bigint', nullable: true, transformer: millis })
  spentAt!: number | null;

  /** The result of the renewal; only the spent token itself opens it. */
  @Column({ type: 'text', nullable: true })
  sealed!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: millis })
  sealedUntil!: number | null;

  /** An answer of the issuer that nobody could judge yet, sealed in the same way. */
  @Column({ type: 'text', nullable: true })
  held!: string | null;

  /** The renewal that this token came of. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  addedBy!: string | null;

  /** When the row is of no use any more. */
  @Column({ type: 'bigint', transformer: millis })
  expiresAt!: number;

  /** The row of the first token, where it was read too. */
  first?: CotterRefreshToken;
}
