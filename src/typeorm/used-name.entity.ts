import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { millis } from './millis.js';
import { REALM_LENGTH } from './user.entity.js';

/** A name that is good once, such as the state of a sign-in; or the turn of whoever sweeps. See {@link TypeOrmSessionStore}. */
@Entity('cotter_used_name')
@Index(['realm', 'expiresAt'])
export class CotterUsedName {
  /** SHA-256 of the name, in hexadecimal digits, so that names of any length make a key. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  hash!: string;

  /** The `name` of the `CotterModule`. */
  @PrimaryColumn({ type: 'varchar', length: REALM_LENGTH })
  realm!: string;

  /** The one call that got it. */
  @Column({ type: 'varchar', length: 36 })
  usedBy!: string;

  @Column({ type: 'bigint', transformer: millis })
  expiresAt!: number;
}
