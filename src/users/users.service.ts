import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { NotRegisteredError } from '../errors/access.errors.js';
import { AccountDisabledError, IdentifierTakenError, IdentityMissingError } from '../errors/login.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import { parseIdentifier, type Identifier } from '../identifiers/identifier.js';
import { RevocationService } from '../revocation/revocation.service.js';
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
    @Inject(RevocationService) private readonly revocations: RevocationService,
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
   * @param admit - Asked about whoever is new; `null` admits everybody.
   * @throws {@link IdentityMissingError} (`identity_missing`), {@link IdentifierTakenError} (`identifier_taken`),
   *   {@link AccountDisabledError} (`account_disabled`), {@link InvalidIdentifierError} (`invalid_identifier`), or what `admit` throws.
   */
  async findOrRegister(person: VerifiedPerson, admit: Admission | null): Promise<ResolvedAccount> {
    const known = await this.users.findByPair(person.pair);
    if (known !== null) {
      if (known.disabledAt) throw new AccountDisabledError();
      return this.#followIdentifier(known, person);
    }
    if (person.identifier === null) throw new IdentityMissingError();
    return this.#linkOrRegister(person, parseIdentifier(person.identifier), admit);
  }

  /**
   * Locks a person out everywhere at once: every token of theirs is refused, whenever it was issued and by whichever subject they come, and
   * so is every login (403 `account_disabled`), until {@link enable}. Holds here when the call returns, and in other processes at most five
   * seconds later.
   *
   * @throws {@link StoreUnavailableError} (`store_unavailable`) where not everything is certain to be written: calling again completes it.
   */
  async disable<TAccount extends CotterAccount = CotterAccount>(account: Pick<CotterAccount, 'id'>): Promise<TAccount> {
    const disabled = await this.users.setDisabled(account.id, new Date(this.options.clock()));
    await this.#settle(account.id);
    return disabled as TAccount;
  }

  /**
   * Lets a person in again. What was revoked of theirs one by one stays revoked.
   *
   * @throws as {@link disable} does.
   */
  async enable<TAccount extends CotterAccount = CotterAccount>(account: Pick<CotterAccount, 'id'>): Promise<TAccount> {
    const enabled = await this.users.setDisabled(account.id, null);
    await this.#settle(account.id);
    return enabled as TAccount;
  }

  /**
   * Makes the revocations say of every pair what the account says. Looks again afterwards: where somebody else has changed their mind
   * meanwhile, the account is right and what was written is not.
   */
  async #settle(accountId: string): Promise<void> {
    let standing = await this.users.getStanding(accountId);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const isDisabled = standing.disabledAt !== null;
      await (isDisabled ? this.revocations.disable(standing.pairs) : this.revocations.reinstate(standing.pairs));
      standing = await this.users.getStanding(accountId);
      if ((standing.disabledAt !== null) === isDisabled) return;
    }
    throw new StoreUnavailableError(1, { cause: new Error('the account keeps being disabled and enabled') });
  }

  /**
   * Whether there is an account with the identifier is told by the registration itself, unless the application has to be asked about
   * newcomers first. Several rounds, since other logins of the same person or identifier may be deciding at the same time.
   */
  async #linkOrRegister(
    person: VerifiedPerson,
    identifier: Identifier,
    admit: Admission | null,
  ): Promise<ResolvedAccount> {
    let holder = admit === null ? null : await this.users.findByIdentifier(identifier.value);
    for (let round = 0; holder === null; round++) {
      if (round === MAX_ROUNDS)
        throw new StoreUnavailableError(1, { cause: new Error('the identifier keeps changing hands') });
      const { pair, authenticationMethod, at } = person;
      const columns = admit === null ? {} : await admit(identifier);
      const registration = await this.users.register({ pair, identifier, authenticationMethod, at, columns });
      if (registration.outcome === 'created') return { account: registration.account, created: true, conflict: null };
      if (registration.outcome === 'known') return found(await this.#assertEnabled(registration.account, person));
      holder = await this.users.findByIdentifier(identifier.value);
    }
    return found(await this.#assertEnabled(await this.#link(holder, identifier, person.pair), person));
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

  /**
   * The pair is new, so whoever disables the account at this moment may have missed it. One of the two sees what the other has written: this
   * look comes after the pair, and that one after the lock.
   */
  async #assertEnabled(linked: CotterAccount, { pair }: VerifiedPerson): Promise<CotterAccount> {
    const account = (await this.users.findByPair(pair)) ?? linked;
    if (!account.disabledAt) return account;
    await this.#settle(account.id);
    throw new AccountDisabledError();
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
