import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/** What somebody with no more than the public key may write, or ask. */
export type PublicAction = 'create user' | 'enrol device' | 'ask device' | 'ask passkey';

/** That somebody has written something at the word of the public key alone. Kept for a day, and for the sake of limits. */
@Entity('cotter_issuer_public_write')
@Index(['action', 'network', 'createdAt'])
@Index(['createdAt'])
export class PublicWrite {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 16 })
  action!: PublicAction;

  /** Where from: see {@link clientNetworkOf}. */
  @Column({ type: 'varchar', length: 64 })
  network!: string;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;
}
