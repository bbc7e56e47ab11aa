import { AnswerReader } from './answer-reader.js';
import { parseOAuthTokens, type OAuthTokens } from './oauth-tokens.js';

/** The e-mail address or phone number that a person has just proved, and the device that they did it on. */
export interface ProvenIdentifier {
  readonly id: string | null;
  readonly identifier: string;
  /** `EMAIL` or `PHONE`. */
  readonly identifierType: string | null;
  readonly deviceType: string | null;
  readonly deviceName: string | null;
  readonly publicKey: string | null;
  /** Until when the issuer remembers the device, as it writes times: ISO 8601. */
  readonly expiry: string | null;
  readonly timestamp: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

/** The person as a user of the project, as the issuer keeps them. */
export interface IssuerUser {
  readonly id: string;
  readonly identifier: string | null;
  /** The project's API key id. */
  readonly issuer: string | null;
  readonly enrolled: readonly string[];
  readonly defaultMethod: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

/** The older, Ed25519-signed proof of an identifier. Not verified here: the OAuth tokens have taken its place. */
export interface SignedIdentity {
  readonly identifier: string | null;
  readonly identifierId: string | null;
  readonly identifierType: string | null;
  readonly receiver: string | null;
  /** Seconds since 1970, as a string. */
  readonly expireAt: string | null;
  /** Seconds since 1970, as a string. */
  readonly timestamp: string | null;
  readonly signature: string | null;
}

/** What `get_identity` tells. Nothing in it is verified but by TLS; who the person is, the tokens say once verified. */
export interface CotterIdentity {
  readonly identifier: ProvenIdentifier;
  readonly user: IssuerUser | null;
  readonly token: SignedIdentity | null;
  /** `null` where they were not asked for. */
  readonly oauthToken: OAuthTokens | null;
  /** The whole answer as it came, members included that this type does not know: a payload for `LoginService.login`. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Go's zero time, which some answers have for "never" where others have `null`. */
const ZERO_TIME = '0001-01-01T00:00:00';

/**
 * Reads an answer of `get_identity` in each spelling that was ever documented.
 *
 * @throws {@link IssuerFailedError} (`issuer_failed`) where a known member has the wrong type, or no identifier is there.
 */
export function parseIdentity(body: unknown): CotterIdentity {
  const reader = AnswerReader.of(body, 'get_identity');
  const user = reader.optionalObject('user');
  const token = reader.optionalObject('token');
  const oauthToken = reader.optionalObject('oauth_token');
  return {
    identifier: readIdentifier(reader.object('identifier')),
    user: user === null ? null : readUser(user),
    token: token === null ? null : readSignedIdentity(token),
    oauthToken: oauthToken === null ? null : parseOAuthTokens(oauthToken.raw, 'get_identity.oauth_token'),
    raw: reader.raw,
  };
}

function readIdentifier(reader: AnswerReader): ProvenIdentifier {
  return {
    id: reader.optionalText('ID'),
    identifier: reader.text('identifier'),
    identifierType: reader.optionalText('identifier_type'),
    deviceType: reader.optionalText('device_type'),
    deviceName: reader.optionalText('device_name'),
    publicKey: reader.optionalText('public_key'),
    expiry: reader.optionalText('expiry'),
    timestamp: reader.optionalText('timestamp'),
    ...readTimes(reader),
  };
}

function readUser(reader: AnswerReader): IssuerUser {
  return {
    id: reader.text('ID'),
    identifier: reader.optionalText('identifier'),
    issuer: reader.optionalText('issuer'),
    enrolled: reader.texts('enrolled'),
    defaultMethod: reader.optionalText('default_method'),
    ...readTimes(reader),
  };
}

function readSignedIdentity(reader: AnswerReader): SignedIdentity {
  return {
    identifier: reader.optionalText('identifier'),
    identifierId: reader.optionalText('identifier_id'),
    identifierType: reader.optionalText('identifier_type'),
    receiver: reader.optionalText('receiver'),
    expireAt: reader.optionalText('expire_at'),
    timestamp: reader.optionalText('timestamp'),
    signature: reader.optionalText('signature'),
  };
}

function readTimes(reader: AnswerReader): Pick<IssuerUser, 'createdAt' | 'updatedAt' | 'deletedAt'> {
  const deletedAt = reader.optionalText('deleted_at');
  return {
    createdAt: reader.optionalText('created_at'),
    updatedAt: reader.optionalText('updated_at', 'update_at'),
    deletedAt: deletedAt === null || deletedAt.startsWith(ZERO_TIME) ? null : deletedAt,
  };
}
