import { IssuerFailedError } from '../errors/issuer.errors.js';
import { parseIdentity } from './identity.js';

const oauthToken = {
  access_token: 'access',
  auth_method: 'OTP',
  expires_in: 3600,
  id_token: 'id',
  refresh_token: '94:qv2SAJN5u2u',
  token_type: 'Bearer',
};

/** As "Get Tokens during Authentication" prints it: `update_at`, `deleted_at` null, no user. */
const olderAnswer = {
  identifier: {
    ID: '2ddc26f6-f392-4d7e-8607-1f57d41da045',
    created_at: '2020-04-05T04:50:55.931771Z',
    deleted_at: null,
    device_name: 'Mozilla/5.0 (iPhone)',
    device_type: 'BROWSER',
    expiry: '2020-05-07T03:34:58.729745Z',
    identifier: 'putri@example.com',
    identifier_type: 'EMAIL',
    public_key: 'FvozWVGHo9lWE5ilLOF',
    timestamp: '2020-04-07T03:34:58.729745Z',
    update_at: '2020-04-07T03:34:58.733779Z',
  },
  token: {
    expire_at: '1588822498',
    identifier: 'putri@example.com',
    identifier_id: '2ddc26f6-f392-4d7e-8607-1f57d41da045',
    identifier_type: 'EMAIL',
    receiver: 'API KEY ID',
    signature: 'XIbztHLKQSqzbnuBgyC',
    timestamp: '1586230498',
  },
  oauth_token: oauthToken,
};

/** As the guide for mobile apps prints it: `updated_at`, Go's zero time, a user. */
const newerAnswer = {
  identifier: {
    ID: 'f4286df9-a923-429c-bc33-5089ffed5f68',
    created_at: '2020-07-21T22:53:21.211367Z',
    updated_at: '2020-07-21T22:53:22.211367Z',
    deleted_at: '0001-01-01T00:00:00Z',
    identifier: '+12345678910',
    identifier_type: 'PHONE',
  },
  oauth_token: oauthToken,
  user: {
    ID: '643a42c7-316a-4abe-b27e-f4d0f903bfea',
    created_at: '2020-07-21T22:53:21Z',
    updated_at: '2020-07-21T22:53:21Z',
    deleted_at: '0001-01-01T00:00:00Z',
    issuer: 'API KEY ID',
    identifier: '+12345678910',
    identifiers: null,
    enrolled: ['TRUSTED_DEVICE'],
    default_method: 'TRUSTED_DEVICE',
  },
  client_json: { name: 'Ann' },
};

describe('an answer of get_identity', () => {
  it('is read in its older spelling', () => {
    expect(parseIdentity(olderAnswer)).toEqual({
      identifier: {
        id: '2ddc26f6-f392-4d7e-8607-1f57d41da045',
        identifier: 'putri@example.com',
        identifierType: 'EMAIL',
        deviceType: 'BROWSER',
        deviceName: 'Mozilla/5.0 (iPhone)',
        publicKey: 'FvozWVGHo9lWE5ilLOF',
        expiry: '2020-05-07T03:34:58.729745Z',
        timestamp: '2020-04-07T03:34:58.729745Z',
        createdAt: '2020-04-05T04:50:55.931771Z',
        updatedAt: '2020-04-07T03:34:58.733779Z',
        deletedAt: null,
      },
      user: null,
      token: {
        identifier: 'putri@example.com',
        identifierId: '2ddc26f6-f392-4d7e-8607-1f57d41da045',
        identifierType: 'EMAIL',
        receiver: 'API KEY ID',
        expireAt: '1588822498',
        timestamp: '1586230498',
        signature: 'XIbztHLKQSqzbnuBgyC',
      },
      oauthToken: expect.objectContaining({ accessToken: 'access', refreshToken: '94:qv2SAJN5u2u' }),
      raw: olderAnswer,
    });
  });

  it('is read in its newer spelling, and keeps what is not known', () => {
    expect(parseIdentity(newerAnswer)).toMatchObject({
      identifier: { identifier: '+12345678910', updatedAt: '2020-07-21T22:53:22.211367Z', deletedAt: null },
      user: {
        id: '643a42c7-316a-4abe-b27e-f4d0f903bfea',
        identifier: '+12345678910',
        issuer: 'API KEY ID',
        enrolled: ['TRUSTED_DEVICE'],
        defaultMethod: 'TRUSTED_DEVICE',
        deletedAt: null,
      },
      token: null,
      raw: { client_json: { name: 'Ann' } },
    });
  });

  it('tells when somebody was deleted', () => {
    const user = { ...newerAnswer.user, deleted_at: '2021-01-01T00:00:00Z', enrolled: null };
    expect(parseIdentity({ ...newerAnswer, user }).user).toMatchObject({
      deletedAt: '2021-01-01T00:00:00Z',
      enrolled: [],
    });
  });

  it.each([
    ['nothing', undefined],
    ['a list', [newerAnswer]],
    ['no identifier', { ...newerAnswer, identifier: undefined }],
    ['an identifier that is a string', { ...newerAnswer, identifier: '+12345678910' }],
    ['an identifier without a name', { ...newerAnswer, identifier: { ID: 'f4286df9' } }],
    ['a name that is a list', { ...newerAnswer, identifier: { identifier: ['+12345678910'] } }],
    ['a user that is a string', { ...newerAnswer, user: '643a42c7' }],
    ['a user without an id', { ...newerAnswer, user: { identifier: '+12345678910' } }],
    ['a user id that is a number', { ...newerAnswer, user: { ID: 1 } }],
    ['enrolled methods that are no list', { ...newerAnswer, user: { ID: 'a', enrolled: 'TRUSTED_DEVICE' } }],
    ['a time that is a number', { ...newerAnswer, user: { ID: 'a', created_at: 1586230498 } }],
    ['tokens that are a string', { ...newerAnswer, oauth_token: 'access' }],
    ['no access token', { ...newerAnswer, oauth_token: { ...oauthToken, access_token: null } }],
  ])('makes no sense with %s', (_, answer) => {
    expect(() => parseIdentity(answer)).toThrow(IssuerFailedError);
  });
});
