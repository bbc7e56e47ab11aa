import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { NotRegisteredError } from '../errors/access.errors.js';
import { IdentifierTakenError, IdentityMissingError } from '../errors/login.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import { parseIdentifier, type Identifier } from '../identifiers/identifier.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import type { CotterAccount, IdentityPair, NewAccount } from './account.js';
import { LoginRecorder } from './login-recorder.js';
import { UsersRepository } from './users.repository.js';

/** A person as verified tokens name them. */
export interface VerifiedPerson {
  readonly pair: IdentityPair;
  /** As the token spells it; `null` where the tokens have none. */
  readonly identifier: string | null;
  readonly authenticationMethod: string | null;
  readonly at: Date;
}

/** Whose account it is, and what was noticed on the way. */
export interface ResolvedAccount {
  readonly account: CotterAccount;
  readonly created: boolean;
  /** The identifier that the person has at the issuer now, and that another account has here. */
  readonly conflict: Identifier | null;
}

/** Asked before an account is made; gives values for the application's own columns, or throws to refuse. */
export type Admission = (identifier: Identifier) => Promise<NewAccount['columns']>;

const MAX_ROUNDS = 3;

/** Finds the account of a person, and makes it where there is none. */
@Injectable()
export class UsersService {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(LoginRecorder) private readonly logins: LoginRecorder,
  ) {}

  /** The account of the person who calls, or `null` where a good token's person never logged in here. */
  async findByPrincipal<TAccount extends CotterAccount = CotterAccount>(
    principal: Pick<CotterPrincipal, 'issuer' | 'subject'>,
  ): Promise<TAccount | null> {
    const account = await this.users.findByPair({ issuer: principal.issuer, subject: principal.subject });
    if (account !== null) this.logins.applyTo(account);
    return account as TAccount | null;
  }

  /** @throws {@link NotRegisteredError} (`not_registered`) where {@link findByPrincipal} gives `null`. */
  async getByPrincipal<TAccount extends CotterAccount = CotterAccount>(
    principal: Pick<CotterPrincipal, 'issuer' | 'subject'>,
  ): Promise<TAccount> {
    const account = await this.findByPrincipal<TAccount>(principal);
    if (account === null) throw new NotRegisteredError();
    return account;
  }

  /**
   * By the pair of issuer and subject; unknown there, by the verified identifier; unknown there too, a new account.
   *
   * @throws {@link IdentityMissingError} (`identity_missing`), {@link IdentifierTakenError} (`identifier_taken`),
   *   {@link InvalidIdentifierError} (`invalid_identifier`), or what `admit` throws.
   */
  async findOrRegister(person: VerifiedPerson, admit: Admission): Promise<ResolvedAccount> {
    const known = await this.users.findByPair(person.pair);
    if (known !== null) return this.#followIdentifier(known, person);
    if (person.identifier === null) throw new IdentityMissingError();
    return this.#linkOrRegister(person, parseIdentifier(person.identifier), admit);
  }

  /** Several rounds, since other logins of the same person or identifier may be deciding at the same time. */
  async #linkOrRegister(person: VerifiedPerson, identifier: Identifier, admit: Admission): Promise<ResolvedAccount> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const holder = await this.users.findByIdentifier(identifier.value);
      if (holder !== null) return found(await this.#link(holder, identifier, person.pair));
      const columns = await admit(identifier);
      const { pair, authenticationMethod, at } = person;
      const registration = await this.users.register({ pair, identifier, authenticationMethod, at, columns });
      if (registration.outcome === 'created') return { account: registration.account, created: true, conflict: null };
      if (registration.outcome === 'known') return found(registration.account);
    }
    throw new StoreUnavailableError(1, { cause: new Error('the identifier keeps changing hands') });
  }

  /** Only an address or a number is proved to be one person's everywhere; user names are anyone's at another issuer. */
  async #link(holder: CotterAccount, identifier: Identifier, pair: IdentityPair): Promise<CotterAccount> {
    const mayLink = this.options.trust.some((trusted) => trusted.issuer === pair.issuer && trusted.linkByIdentifier);
    if (mayLink && identifier.type !== 'USERNAME') return this.users.attachPair(holder.id, pair);
    // The holder may be this very person, registered a moment ago by a request that ran beside this one.
    const own = await this.users.findByPair(pair);
    if (own === null) throw new IdentifierTakenError();
    return own;
  }

  async #followIdentifier(account: CotterAccount, person: VerifiedPerson): Promise<ResolvedAccount> {
    const identifier = person.identifier === null ? null : findNormalForm(person.identifier);
    if (identifier === null || identifier.value === account.identifier) return found(account);
    const changed = await this.users.changeIdentifier(account.id, identifier);
    return changed === null ? { account, created: false, conflict: identifier } : found(changed);
  }
}

function found(account: CotterAccount): ResolvedAccount {
  return { account, created: false, conflict: null };
}

/** A known person whose identifier has no normal form any more keeps the one that is on the account. */
function findNormalForm(identifier: string): Identifier | null {
  try {
    return parseIdentifier(identifier);
  } catch {
    return null;
  }
}
