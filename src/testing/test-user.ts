import { randomUUID } from 'node:crypto';

/** Whom a test is about. What is left out is made up: a new person each time. */
export interface TestUser {
  /** The person's id at the issuer. @defaultValue a new UUID */
  readonly subject?: string;
  /** `null` for a token without one. @defaultValue a new address at example.com */
  readonly identifier?: string | null;
  /** @defaultValue `OTP` */
  readonly authenticationMethod?: string;
}

/** What a token says, and how it is signed. Every claim can be replaced, and left out by `undefined`. */
export interface TestTokenOptions extends TestUser {
  /** @defaultValue 3600; a negative number makes an expired token */
  readonly expiresInSeconds?: number;
  readonly audience?: string | readonly string[];
  readonly issuer?: string;
  /** Claims that are added, replaced, or (`undefined`) left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members that are added, replaced, or (`undefined`) left out. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** The same person in every member, so that several tokens can be minted for one. */
export function completeUser(user: TestUser): Required<TestUser> {
  return {
    subject: user.subject ?? randomUUID(),
    identifier: user.identifier === undefined ? `${randomUUID().slice(0, 8)}@example.com` : user.identifier,
    authenticationMethod: user.authenticationMethod ?? 'OTP',
  };
}
