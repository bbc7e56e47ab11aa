import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { epochMillis } from './epoch-millis.js';
import { REALM_LENGTH } from './user.entity.js';

/** Characters that each half of a pair takes. The whole key stays below the 3,072 bytes that InnoDB indexes. */
export const PAIR_PART_LENGTH = 255;

/**
 * Who a person is to an issuer, and whose account that is. An account has a row for each issuer that its person came by.
 *
 * There is no foreign key, since the user table is the application's choice. A row whose user is gone counts for nothing: the next
 * login of that person takes it over.
 */
@Entity('cotter_user_identity')
export class CotterUserIdentity {
  // The key begins with what differs most.
  @PrimaryColumn({ type: 'varchar', length: PAIR_PART_LENGTH })
  subject!: string;

  @PrimaryColumn({ type: 'varchar', length: PAIR_PART_LENGTH })
  issuer!: string;

  @PrimaryColumn({ type: 'varchar', length: REALM_LENGTH })
  realm!: string;

  @Index()
  @Column({ type: 'varchar', length: 36 })
  userId!: string;

  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: Date;
}
