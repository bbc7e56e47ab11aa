import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { Repository } from 'typeorm';

import { insertUnlessPresent } from '../insert-unless-present.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { IssuerUser } from './issuer-user.entity.js';

/** Who has signed in here. */
@Injectable()
export class IssuerUsers {
  readonly #rows: Repository<IssuerUser>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(IssuerUser);
  }

  /** The person who has proved an identifier. However many first sign-ins race, they get one row. */
  async findOrCreate(identity: Pick<IssuerUser, 'apiKeyId' | 'identifier' | 'identifierType'>): Promise<IssuerUser> {
    const { apiKeyId, identifier, identifierType } = identity;
    const known = await this.#rows.findOneBy({ apiKeyId, identifier });
    if (known !== null) return known;
    await insertUnlessPresent(this.#rows, {
      id: randomUUID(),
      apiKeyId,
      identifier,
      identifierType,
      identifierId: randomUUID(),
      createdAt: this.settings.clock(),
    });
    return this.#rows.findOneByOrFail({ apiKeyId, identifier });
  }

  find(id: string): Promise<IssuerUser | null> {
    return this.#rows.findOneBy({ id });
  }
}
