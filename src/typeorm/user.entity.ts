import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

import { MAX_IDENTIFIER_LENGTH, type IdentifierType } from '../identifiers/identifier.js';
import type { CotterAccount } from '../users/account.js';
import { epochMillis } from './epoch-millis.js';

/** Characters that a `realm` column takes: the longest name of a `CotterModule` with users. */
export const REALM_LENGTH = 64;

/** Characters that the column of the authentication method takes. */
export const AUTHENTICATION_METHOD_LENGTH = 64;

/**
 * The columns that the module needs of a user table. Extend it to add your own, and give the subclass as `userEntity`.
 *
 * On MySQL and MariaDB the columns `realm` and `identifier` of your table need a binary collation (`utf8mb4_bin`): another one
 * takes `josé@` and `jose@` for the same person. The repository notices, and refuses to answer.
 *
 * @example
 * ```ts
 * @Entity('app_user')
 * class AppUser extends CotterUserBase {
 *   @Column({ type: 'varchar', length: 16, default: 'member' })
 *   role!: string;
 * }
 * ```
 */
// In this order: before its first ANALYZE, PostgreSQL takes an index that begins with the realm for a way to a single account.
@Unique(['identifier', 'realm'])
export abstract class CotterUserBase implements CotterAccount {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  /** The `name` of the `CotterModule` that the account belongs to: two modules on one database stay apart. */
  @Column({ type: 'varchar', length: REALM_LENGTH })
  realm!: string;

  @Column({ type: 'varchar', length: MAX_IDENTIFIER_LENGTH })
  identifier!: string;

  @Column({ type: 'varchar', length: 16 })
  identifierType!: IdentifierType;

  @Column({ type: 'bigint', transformer: epochMillis })
  createdAt!: Date;

  @Column({ type: 'bigint', transformer: epochMillis })
  lastLoginAt!: Date;

  @Column({ type: 'varchar', length: AUTHENTICATION_METHOD_LENGTH, nullable: true })
  lastAuthenticationMethod!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis })
  disabledAt!: Date | null;
}

/** The user table of applications that need no columns of their own. */
@Entity('cotter_user')
export class CotterUser extends CotterUserBase {}
