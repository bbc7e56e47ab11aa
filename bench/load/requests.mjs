import { randomUUID } from 'node:crypto';

/** Makes the requests of one kind, as the bytes that go over the wire. */
export const REQUESTS = {
  /** A guarded route, with a good token each. */
  good: (issuer, { count }) => times(count, () => getMe(issuer.token())),
  /** The same, with a signature that is well formed and wrong. */
  badSignature: (issuer, { count }) => times(count, () => getMe(spoil(issuer.token()))),
  /** Logins of people in turn, each with an access token of its own. `others`: which tokens come with it. */
  logins: (issuer, { count, people, others }) =>
    times(count, (index) => postLogin(issuer, people[index % people.length], others)),
  /** Logins of people in turn, with all that the payload of a sign-in has. */
  sessionLogins: (issuer, { count, people, path }) =>
    times(count, (index) => postPayload(issuer, people[index % people.length], path)),
  /** Logins of people who were never here. */
  newcomers: (issuer, { count, others }) => times(count, () => postLogin(issuer, newPerson(), others)),
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
function postLogin(issuer, person, others = []) {
  const token = issuer.token(person);
  const tokens = { access_token: token };
  if (others.includes('id_token')) tokens.id_token = issuer.idToken(person);
  if (others.includes('refresh_token')) tokens.refresh_token = randomUUID();
  const { subject, identifier } = person;
  const body = JSON.stringify({ email: identifier, oauth_token: tokens, user: { ID: subject, identifier } });
  return Buffer.from(
    `POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

function postPayload(issuer, person, path) {
  const payload = issuer.payload(person);
  const body = JSON.stringify(payload);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${payload.oauth_token.access_token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

/** Signs people in at a server, and makes the requests that their browsers would send. */
export async function requestsBySession(issuer, { port, count }) {
  const requests = [];
  for (let index = 0; index < count; index++) {
    const answer = await fetch(`http://127.0.0.1:${port}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(issuer.payload(newPerson())),
    });
    const cookie = answer.headers
      .getSetCookie()
      .map((field) => field.split(';', 1)[0])
      .join('; ');
    if (cookie === '') throw new Error(`no session: ${answer.status} ${await answer.text()}`);
    requests.push(Buffer.from(`GET /me HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`, 'latin1'));
  }
  return requests;
}

function spoil(token) {
  const at = token.length - 40;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
