import type { Attack } from './attack.js';
import { encryption } from './cases/encryption.js';
import { guardTransport } from './cases/guard-transport.js';
import { header } from './cases/header.js';
import { headerMembers } from './cases/header-members.js';
import { idTokens } from './cases/id-tokens.js';
import { json } from './cases/json.js';
import { tokenKinds } from './cases/kinds.js';
import { loginTransport } from './cases/login-transport.js';
import { names } from './cases/names.js';
import { signature } from './cases/signature.js';
import { structure } from './cases/structure.js';
import { times } from './cases/times.js';

/** Every attack, in the order in which a server would notice it. */
export const attacks: readonly Attack[] = [
  ...structure,
  ...json,
  ...header,
  ...headerMembers,
  ...encryption,
  ...signature,
  ...times,
  ...names,
  ...tokenKinds,
  ...guardTransport,
  ...loginTransport,
  ...idTokens,
];

/** The families, in order, with what belongs to each. */
export function byFamily(list: readonly Attack[] = attacks): Map<string, Attack[]> {
  const families = new Map<string, Attack[]>();
  for (const attack of list) families.set(attack.family, [...(families.get(attack.family) ?? []), attack]);
  return families;
}
