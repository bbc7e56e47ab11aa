import { randomUUID } from 'node:crypto';

/** Makes the requests of one kind, as the bytes that go over the wire. */
export const REQUESTS = {
  /** A guarded route, with a good token each. */
  good: (issuer, { count }) => times(count, () => getMe(issuer.token())),
  /** The same, with a signature that is well formed and wrong. */
  badSignature: (issuer, { count }) => times(count, () => getMe(spoil(issuer.token()))),
  /** Logins of people in turn, each with a token of its own. `idTokens`: with the ID token too. */
  logins: (issuer, { count, people, idTokens = false }) =>
    times(count, (index) => postLogin(issuer, people[index % people.length], idTokens)),
  /** Logins of people who were never here. */
  newcomers: (issuer, { count }) => times(count, () => postLogin(issuer, newPerson(), false)),
};

/** Somebody whom the issuer knows. */
export function newPerson() {
  const subject = randomUUID();
  return { subject, identifier: `${subject}@example.com` };
}

function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index));
}

function getMe(token) {
  return Buffer.from(`GET /me HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`, 'latin1');
}

/** The recipe takes the token from the header, the module from the payload of the front end: both are sent to both. */
function postLogin(issuer, person, idTokens) {
  const token = issuer.token(person);
  const tokens = { access_token: token, ...(idTokens ? { id_token: issuer.idToken(person) } : {}) };
  const { subject, identifier } = person;
  const body = JSON.stringify({ email: identifier, oauth_token: tokens, user: { ID: subject, identifier } });
  return Buffer.from(
    `POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

function spoil(token) {
  const at = token.length - 40;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
