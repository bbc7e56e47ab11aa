import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/** A session at the issuer, and with it a family of refresh tokens: rotation changes the secret and keeps the row. */
@Entity('cotter_issuer_refresh_token')
@Index(['secretHash'], { unique: true })
@Index(['expiresAt'])
export class RefreshToken {
  /** The number before the colon. */
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  @Column({ type: 'varchar', length: 36 })
  userId!: string;

  /** The {@link IssuerUser.trustEpoch} that the session began in. */
  @Column({ type: 'int', default: 0 })
  trustEpoch!: number;

  /** SHA-256, in hexadecimal. */
  @Column({ type: 'varchar', length: 64 })
  secretHash!: string;

  /**
   * SHA-256, in hexadecimal, of what all tokens of the family have in common: by this a spent one is told from one that somebody made up.
   * `null` for a session from before there were families, until it is next continued.
   */
  @Column({ type: 'varchar', length: 64, nullable: true })
  familyHash!: string | null;

  /** JSON of the {@link SpentToken}s of the last seconds, the newest first. */
  @Column({ type: 'text', nullable: true })
  spentTokens!: string | null;

  /** How the person proved who they are, when the session began. */
  @Column({ type: 'varchar', length: 32 })
  authenticationMethod!: string;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  authenticatedAt!: number;

  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: number;

  /** JSON of the claims that the application has added, which last as long as the session; `null` where there are none. */
  @Column({ type: 'text', nullable: true })
  customClaims!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  revokedAt!: number | null;
}
