import { generateKeyPairSync } from 'node:crypto';

import {
  CodeSender,
  CotterConfigurationError,
  CotterIssuerModule,
  startCotterIssuer,
  type CotterIssuerOptions,
} from '../../src/issuer/index.js';

const valid: CotterIssuerOptions = {
  publicUrl: 'https://login.example.com',
  clients: [{ apiKeyId: 'app', allowedOrigins: [], allowedRedirects: ['https://app.example.com/cb'] }],
  dataSource: { type: 'sqljs' },
  outbox: true,
};

class SilentSender extends CodeSender {
  send(): Promise<void> {
    return Promise.resolve();
  }
}

function client(changes: Record<string, unknown>): Record<string, unknown> {
  return { clients: [{ ...valid.clients[0], ...changes }] };
}

function optionOf(changes: Record<string, unknown>): string {
  try {
    CotterIssuerModule.forRoot({ ...valid, ...changes });
  } catch (error) {
    expect(error).toBeInstanceOf(CotterConfigurationError);
    return (error as CotterConfigurationError).option;
  }
  return 'none';
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('the options of the issuer', () => {
  it.each<[string, Record<string, unknown>]>([
    ['publicUrl', { publicUrl: undefined }],
    ['publicUrl', { publicUrl: 'login.example.com' }],
    ['publicUrl', { publicUrl: 'http://login.example.com' }],
    ['publicUrl', { publicUrl: 'https://login.example.com?a=1' }],
    ['publicUrl', { publicUrl: 'https://user@login.example.com' }],
    ['clients', { clients: [] }],
    ['clients', { clients: undefined }],
    ['clients[0].apiKeyId', client({ apiKeyId: '' })],
    ['clients[0].apiKeyId', client({ apiKeyId: 'with space' })],
    ['clients[0].apiKeyId', client({ apiKeyId: 'custom' })],
    ['clients[0].apiSecretKey', client({ apiSecretKey: 'too short' })],
    ['clients[0].apiSecretKey', client({ apiSecretKey: 'with a space in between' })],
    ['clients[0].apiSecretKey', client({ apiSecretKey: '' })],
    ['clients[0].publicUserLookup', client({ publicUserLookup: 'yes' })],
    ['clients[1].apiKeyId', { clients: [valid.clients[0], valid.clients[0]] }],
    ['clients[0].name', client({ name: ' ' })],
    ['clients[0].allowedOrigins', client({ allowedOrigins: undefined })],
    ['clients[0].allowedOrigins[0]', client({ allowedOrigins: ['*'] })],
    ['clients[0].allowedOrigins[0]', client({ allowedOrigins: ['https://app.example.com/'] })],
    ['clients[0].allowedOrigins[0]', client({ allowedOrigins: ['https://APP.example.com'] })],
    ['clients[0].allowedOrigins[0]', client({ allowedOrigins: ['https://app.example.com:443'] })],
    ['clients[0].allowedOrigins[0]', client({ allowedOrigins: ['null'] })],
    ['clients[0].allowedRedirects', client({ allowedRedirects: 'https://app.example.com/' })],
    ['clients[0].allowedRedirects[0]', client({ allowedRedirects: ['javascript:alert(1)'] })],
    ['clients[0].allowedRedirects[0]', client({ allowedRedirects: ['http://app.example.com/'] })],
    ['clients[0].allowedRedirects[0]', client({ allowedRedirects: [7] })],
    ['dataSource', { dataSource: undefined }],
    ['dataSource.entities', { dataSource: { type: 'sqljs', entities: [] } }],
    ['dataSource.migrations', { dataSource: { type: 'sqljs', migrations: [] } }],
    ['signingKey', { signingKey: 'no key' }],
    ['signingKey', { signingKey: '' }],
    ['signingKey', { signingKey: rsa }],
    ['signingKey', { signingKey: p384 }],
    ['signingKey', { signingKey: p256.publicKey.export({ format: 'jwk' }) }],
    ['identityKey', { identityKey: 'no key' }],
    ['identityKey', { identityKey: p256.privateKey.export({ format: 'jwk' }) }],
    ['outbox', { outbox: 'yes' }],
    ['outbox', { outbox: true, production: true }],
    ['production', { production: 1 }],
    ['codeSender', { outbox: false }],
    ['codeSender', { outbox: true, codeSender: new SilentSender() }],
    ['codeSender', { outbox: false, codeSender: {} }],
    ['accessTokenTtlSeconds', { accessTokenTtlSeconds: 59 }],
    ['accessTokenTtlSeconds', { accessTokenTtlSeconds: '3600' }],
    ['maxCodesPerDay', { maxCodesPerDay: 4 }],
    ['maxCodesPerDay', { maxCodesPerDay: 1001 }],
    ['trustedProxies', { trustedProxies: '10.0.0.7' }],
    ['trustedProxies[1]', { trustedProxies: ['10.0.0.7', 'proxy.internal'] }],
    ['trustedProxies[0]', { trustedProxies: ['10.0.0.0/33'] }],
    ['trustedProxies[0]', { trustedProxies: ['10.0.0.0/'] }],
    ['trustedProxies[0]', { trustedProxies: ['::1/129'] }],
    ['trustedProxies[0]', { trustedProxies: ['*'] }],
    ['trustedProxies[0]', { trustedProxies: [7] }],
    ['clock', { clock: 12 }],
    ['outboxx', { outboxx: true }],
  ])('refuses a wrong %s by name (%#)', (option, changes) => {
    expect(optionOf(changes)).toBe(option);
  });

  it('says why the outbox is refused in production, and never repeats a key', () => {
    expect(() => CotterIssuerModule.forRoot({ ...valid, production: true })).toThrow(
      'outbox: must be off together with production: true, since it shows every code',
    );
    expect(() => CotterIssuerModule.forRoot({ ...valid, signingKey: 'secret text' })).not.toThrow('secret text');
  });

  it.each<[string, CotterIssuerOptions['signingKey']]>([
    ['PKCS #8', p256.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
    ['SEC 1', p256.privateKey.export({ format: 'pem', type: 'sec1' }).toString()],
    ['PEM on one line', p256.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().replaceAll('\n', '\\n')],
    ['a JWK', p256.privateKey.export({ format: 'jwk' })],
    ['a JWK as text', JSON.stringify(p256.privateKey.export({ format: 'jwk' }))],
  ])('takes a signing key as %s', (_form, signingKey) => {
    expect(optionOf({ signingKey })).toBe('none');
  });

  it('takes an own sender of codes in production', () => {
    expect(optionOf({ outbox: false, production: true, codeSender: new SilentSender() })).toBe('none');
  });

  it.each([
    ['port', { port: -1 }],
    ['port', { port: '4000' }],
    ['host', { host: 'no host' }],
    ['platform', { platform: 'koa' }],
  ])('refuses to start with a wrong %s', async (option, changes) => {
    const { publicUrl: _publicUrl, ...rest } = valid;
    await expect(startCotterIssuer({ ...rest, port: 0, ...(changes as object) })).rejects.toMatchObject({ option });
  });
});
