import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { MAX_IDENTIFIER_LENGTH } from '../../identifiers/identifier.js';
import { epochMillis } from '../epoch-millis.js';

export const MAX_CLIENT_USER_ID_LENGTH = 128;

/** A person as one application knows them: two applications never see the same subject for one address. */
@Entity('cotter_issuer_user')
@Index(['apiKeyId', 'identifier'], { unique: true })
@Index(['apiKeyId', 'clientUserId'], { unique: true })
@Index(['apiKeyId', 'createdAt'])
export class IssuerUser {
  /** The `sub` of the person's tokens. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  /** In its normal form. */
  @Column({ type: 'varchar', length: MAX_IDENTIFIER_LENGTH })
  identifier!: string;

  @Column({ type: 'varchar', length: 16 })
  identifierType!: 'EMAIL' | 'PHONE' | 'USERNAME';

  /** The `ID` of the identifier, which the wire tells apart from the person's. */
  @Column({ type: 'varchar', length: 36 })
  identifierId!: string;

  /** The application's own id of the person, where an older SDK gave one; `null` where it is {@link id}. */
  @Column({ type: 'varchar', length: MAX_CLIENT_USER_ID_LENGTH, nullable: true })
  clientUserId!: string | null;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  /**
   * When the identifier was first proved by a code, or vouched for by the application with its secret key. While it is `null`, anyone
   * may have claimed the identifier, and no token names it.
   */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  verifiedAt!: number | null;

  /** When the first device was enrolled without proof, which the older SDKs may do once; see `publicEnrolment`. */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  firstDeviceAt!: number | null;

  /**
   * Goes up when the identifier is first proved. What was enrolled or signed in under a lower number is void: whoever claimed somebody
   * else's identifier in advance must not stay in the account.
   */
  @Column({ type: 'int', default: 0 })
  trustEpoch!: number;
}
