import type { IssuerUser } from '../users/issuer-user.entity.js';

/** That a person has proved who they are: what a session begins from. */
export interface Proof {
  readonly user: IssuerUser;
  readonly authenticationMethod: string;
  /** Milliseconds since 1970. */
  readonly authenticatedAt: number;
}
