import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/** A key that a person's device signs with. */
@Entity('cotter_issuer_device')
@Index(['userId', 'publicKey'], { unique: true })
export class Device {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 36 })
  userId!: string;

  /** Ed25519: 32 bytes in base64. */
  @Column({ type: 'varchar', length: 44 })
  publicKey!: string;

  /** The {@link IssuerUser.trustEpoch} that the device was enrolled in; it counts for nothing in any other. */
  @Column({ type: 'int', default: 0 })
  trustEpoch!: number;

  /** What the device calls itself. */
  @Column({ type: 'varchar', length: 255 })
  name!: string;

  @Column({ type: 'varchar', length: 64 })
  type!: string;

  /** Milliseconds since 1970. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;
}
