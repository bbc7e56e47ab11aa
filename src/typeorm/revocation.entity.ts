import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { epochMillis } from './epoch-millis.js';
import { REALM_LENGTH } from './user.entity.js';

/** Something that is revoked, or a person who is or was disabled. See {@link TypeOrmRevocationStore}. */
@Entity('cotter_revocation')
@Index(['realm', 'changedAt'])
export class CotterRevocation {
  /** A hash of the realm and of what is revoked, so that ids of any length make a key. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string;

  /** The `name` of the `CotterModule`. */
  @Column({ type: 'varchar', length: REALM_LENGTH })
  realm!: string;

  /** `token`, `session`, `subject`, `disabled` or `reinstated`; `lease` for whoever sweeps. */
  @Column({ type: 'varchar', length: 16 })
  kind!: string;

  /** What is revoked, in JSON of plain ASCII. */
  @Column({ type: 'text' })
  entry!: string;

  /** Tokens issued until then are refused; 0 where that is not the point. */
  @Column({ type: 'bigint', transformer: epochMillis })
  issuedBefore!: Date;

  /** When the row is of no use any more. */
  @Index()
  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: Date;

  /** By the database's clock, and later than the last change in any case: the revision of the row. */
  @Column({ type: 'bigint', transformer: epochMillis })
  changedAt!: Date;
}
