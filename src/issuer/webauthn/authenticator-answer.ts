import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

import { member, textMember } from '../http/body-members.js';
import { WebAuthnError } from './webauthn.error.js';

/** What came back from an authenticator, in shape; nothing in it is verified. */
export interface AuthenticatorAnswer<Response> {
  readonly response: Response;
  /** The challenge that it claims to answer. */
  readonly challenge: string;
}

/** 1023 bytes in base64url: the longest that a credential's id may be. */
const MAX_ID_LENGTH = 1364;
const BASE64URL = /^[\w-]*$/;

/**
 * The body of `register/finish`, as Cotter's browser SDK makes it: without extensions and transports.
 *
 * @throws {@link WebAuthnError} (`webauthn_refused`)
 */
export function parseRegistration(body: unknown): AuthenticatorAnswer<RegistrationResponseJSON> {
  const answer = member(body, 'response');
  const clientDataJSON = getBytes(answer, 'clientDataJSON');
  const response = { clientDataJSON, attestationObject: getBytes(answer, 'attestationObject') };
  return { response: { ...parseCredential(body), response }, challenge: challengeIn(clientDataJSON) };
}

/**
 * The body of `login/finish`. What the SDK sends beside the answer (`public_key`, `identifier_type`, `device_type`, `device_name`) was
 * for a browser that Cotter remembered; this issuer remembers none.
 *
 * @throws {@link WebAuthnError} (`webauthn_refused`)
 */
export function parseLogin(body: unknown): AuthenticatorAnswer<AuthenticationResponseJSON> {
  const answer = member(body, 'response');
  const clientDataJSON = getBytes(answer, 'clientDataJSON');
  // Empty where the authenticator gives none.
  const userHandle = member(answer, 'userHandle') ?? '';
  if (typeof userHandle !== 'string' || !BASE64URL.test(userHandle)) throw new WebAuthnError('webauthn_refused');
  const response = {
    clientDataJSON,
    authenticatorData: getBytes(answer, 'authenticatorData'),
    signature: getBytes(answer, 'signature'),
    userHandle,
  };
  return { response: { ...parseCredential(body), response }, challenge: challengeIn(clientDataJSON) };
}

function parseCredential(body: unknown): Omit<RegistrationResponseJSON, 'response'> {
  const id = getBytes(body, 'id');
  if (id.length > MAX_ID_LENGTH || textMember(body, 'rawId') !== id || textMember(body, 'type') !== 'public-key') {
    throw new WebAuthnError('webauthn_refused');
  }
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {} };
}

function getBytes(holder: unknown, name: string): string {
  const text = textMember(holder, name) ?? '';
  if (text === '' || !BASE64URL.test(text)) throw new WebAuthnError('webauthn_refused');
  return text;
}

/** @see {@link https://www.w3.org/TR/webauthn-3/#dictionary-client-data | WebAuthn, Client Data} */
function challengeIn(clientDataJSON: string): string {
  try {
    const clientData: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    const challenge = textMember(clientData, 'challenge');
    if (challenge !== null) return challenge;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new WebAuthnError('webauthn_refused');
}
