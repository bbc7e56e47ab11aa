import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { ACCOUNT_ID_LENGTH, DEVICE_LENGTH } from '../session/session.js';
import { millis } from './millis.js';
import { PAIR_PART_LENGTH } from './user-identity.entity.js';
import { AUTHENTICATION_METHOD_LENGTH, REALM_LENGTH } from './user.entity.js';

/**
 * A session, by the hash of its id. See {@link TypeOrmSessionStore}.
 *
 * What changes with use (when it was seen, its tokens) stands in no index: PostgreSQL then writes a new row and nothing else.
 */
@Entity('cotter_session')
@Index(['accountId', 'realm'])
@Index(['family', 'realm'])
@Index(['realm', 'expiresAt'])
export class CotterSession {
  // The key begins with what differs most.
  @PrimaryColumn({ type: 'varchar', length: 64 })
  handle!: string;

  /** The `name` of the `CotterModule`. */
  @PrimaryColumn({ type: 'varchar', length: REALM_LENGTH })
  realm!: string;

  @Column({ type: 'varchar', length: ACCOUNT_ID_LENGTH })
  accountId!: string;

  @Column({ type: 'varchar', length: PAIR_PART_LENGTH })
  issuer!: string;

  @Column({ type: 'varchar', length: PAIR_PART_LENGTH })
  subject!: string;

  @Column({ type: 'varchar', length: AUTHENTICATION_METHOD_LENGTH, nullable: true })
  method!: string | null;

  @Column({ type: 'varchar', length: DEVICE_LENGTH, nullable: true })
  device!: string | null;

  @Column({ type: 'bigint', transformer: millis })
  startedAt!: number;

  @Column({ type: 'bigint', transformer: millis })
  lastSeenAt!: number;

  @Column({ type: 'bigint', transformer: millis })
  expiresAt!: number;

  @Column({ type: 'integer' })
  version!: number;

  /** The tokens of the session; nothing in the database opens them. */
  @Column({ type: 'text', nullable: true })
  sealed!: string | null;

  /** Of the refresh token: the hash of the first one. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  family!: string | null;
}
