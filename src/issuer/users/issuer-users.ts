import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { IsNull, type Repository } from 'typeorm';

import { insertUnlessPresent } from '../insert-unless-present.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { IssuerUser } from './issuer-user.entity.js';

/** As many as Cotter gave. */
export const USERS_PER_PAGE = 50;

/** Whom somebody says they are, in one application. */
export type UserIdentity = Pick<IssuerUser, 'apiKeyId' | 'identifier' | 'identifierType'>;

/** The people of all applications. */
@Injectable()
export class IssuerUsers {
  readonly #rows: Repository<IssuerUser>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(IssuerUser);
  }

  /**
   * The person who has proved an identifier. However many first sign-ins race, they get one row. Where somebody had claimed the
   * identifier without proof, the account is the prover's from now on, and the claimant is out.
   */
  async findOrCreateVerified(identity: UserIdentity): Promise<IssuerUser> {
    // By name: what proves an identity, a challenge for one, has an id of its own.
    const { apiKeyId, identifier, identifierType } = identity;
    const seen = await this.#rows.findOneBy({ apiKeyId, identifier });
    if (seen === null) await this.#insert({ apiKeyId, identifier, identifierType, verifiedAt: this.settings.clock() });
    const known = seen ?? (await this.#rows.findOneByOrFail({ apiKeyId, identifier }));
    if (known.verifiedAt !== null) return known;
    // One statement: whoever enrols or signs in meanwhile has read the epoch before it or after it, never in between.
    await this.#rows.update(
      { id: known.id, verifiedAt: IsNull() },
      { verifiedAt: this.settings.clock(), trustEpoch: known.trustEpoch + 1, firstDeviceAt: null },
    );
    return this.#rows.findOneByOrFail({ id: known.id });
  }

  /**
   * Makes a new person.
   *
   * @param isVouchedFor - Whether the application answers for the identifier.
   * @returns `null` where the identifier or the application's own id is taken.
   */
  async create(
    { clientUserId = null, ...identity }: UserIdentity & { readonly clientUserId?: string | null },
    isVouchedFor: boolean,
  ): Promise<IssuerUser | null> {
    const id = randomUUID();
    await this.#insert({ ...identity, id, clientUserId, verifiedAt: isVouchedFor ? this.settings.clock() : null });
    return this.#rows.findOneBy({ id });
  }

  find(id: string): Promise<IssuerUser | null> {
    return this.#rows.findOneBy({ id });
  }

  findByIdentifier(apiKeyId: string, identifier: string): Promise<IssuerUser | null> {
    return this.#rows.findOneBy({ apiKeyId, identifier });
  }

  /** By the person's id or, where none has it, by the application's own. */
  async findByAnyId(apiKeyId: string, id: string): Promise<IssuerUser | null> {
    return (
      (await this.#rows.findOneBy({ id, apiKeyId })) ?? (await this.#rows.findOneBy({ apiKeyId, clientUserId: id }))
    );
  }

  /** The newest first. @param page - From 0. */
  list(apiKeyId: string, page: number): Promise<IssuerUser[]> {
    return this.#rows.find({
      where: { apiKeyId },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: USERS_PER_PAGE,
      skip: page * USERS_PER_PAGE,
    });
  }

  #insert(row: UserIdentity & Pick<IssuerUser, 'verifiedAt'> & Partial<IssuerUser>): Promise<void> {
    const { apiKeyId, identifier, identifierType, verifiedAt, id = randomUUID(), clientUserId = null } = row;
    return insertUnlessPresent(this.#rows, {
      id,
      apiKeyId,
      identifier,
      identifierType,
      identifierId: randomUUID(),
      clientUserId,
      createdAt: this.settings.clock(),
      verifiedAt,
      firstDeviceAt: null,
      trustEpoch: 0,
    });
  }
}
