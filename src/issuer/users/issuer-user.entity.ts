import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { MAX_IDENTIFIER_LENGTH } from '../../identifiers/identifier.js';
import { epochMillis } from '../epoch-millis.js';

/** A person as one application knows them: two applications never see the same subject for one address. */
@Entity('cotter_issuer_user')
@Index(['apiKeyId', 'identifier'], { unique: true })
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
  identifierType!: 'EMAIL' | 'PHONE';

  /** The `ID` of the identifier, which the wire tells apart from the person's. */
  @Column({ type: 'varchar', length: 36 })
  identifierId!: string;

  /** Milliseconds since 1970. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;
}
