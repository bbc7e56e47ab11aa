import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { epochMillis } from '../epoch-millis.js';

/** Something that a person is asked to approve with an enrolled device, a login for one; or has approved by signing it. */
@Entity('cotter_issuer_device_event')
@Index(['pollHash'], { unique: true })
@Index(['proofHash'], { unique: true })
@Index(['userId', 'createdAt'])
@Index(['createdAt'])
export class DeviceEvent {
  /** What an enrolled device answers under. Not what the asking device polls by: this number is shown to whoever knows the person's id. */
  @PrimaryGeneratedColumn()
  id!: number;

  /** SHA-256 of the number that the asking device alone was given, in hexadecimal. */
  @Column({ type: 'varchar', length: 64 })
  pollHash!: string;

  @Column({ type: 'varchar', length: 64 })
  apiKeyId!: string;

  @Column({ type: 'varchar', length: 36 })
  userId!: string;

  /** The {@link IssuerUser.trustEpoch} that it belongs to. */
  @Column({ type: 'int', default: 0 })
  trustEpoch!: number;

  /** Its name, `LOGIN` for one. */
  @Column({ type: 'varchar', length: 64 })
  event!: string;

  /** Seconds since 1970, as the asking device sent and signed them. */
  @Column({ type: 'varchar', length: 10 })
  timestamp!: string;

  /** As the asking device says; nobody has checked it. */
  @Column({ type: 'varchar', length: 64 })
  ip!: string;

  @Column({ type: 'varchar', length: 128 })
  location!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: 'PENDING' | 'APPROVED' | 'REFUSED';

  /** SHA-256 of the key and the message that was signed, in hexadecimal: each signature is good for one event. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  proofHash!: string | null;

  /** Milliseconds since 1970, like all times here. */
  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: number;

  /** From then on nobody can answer it, and no tokens come of it. */
  @Column({ type: 'bigint', transformer: epochMillis })
  expiresAt!: number;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  respondedAt!: number | null;

  /** When the asking device fetched its tokens. */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  tokensIssuedAt!: number | null;

  /** When the application's server exchanged the signed event. */
  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  exchangedAt!: number | null;
}
