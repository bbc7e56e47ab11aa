import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { json, text, type Script } from '../fixtures/scripted-server.js';
import type { IssuerKey } from './issuer-key.js';

const MAX_BYTES = 256 * 1024;

/** Where a redirect leads: whoever asks for it has followed one. */
export const ELSEWHERE = '/elsewhere';

type Misbehaviour = (key: IssuerKey) => Script;

const setOf = (...keys: unknown[]): string => JSON.stringify({ keys });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });

/** The right key set with so much white space behind it that it has this many bytes. */
export function padded(key: IssuerKey, bytes: number): string {
  return setOf(key.published).padEnd(bytes, ' ');
}

/**
 * What an issuer may do instead of answering with its key set. Each has the right key in it, where that is possible at all, so that it is
 * the misbehaviour that decides.
 */
export const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  '500 with the key set in it': (key) => json(500, { keys: [key.published] }),
  '404 with the key set in it': (key) => json(404, { keys: [key.published] }),
  '429': () => json(429, { msg: 'slow down' }, { 'retry-after': '3600' }),
  'an empty 200': () => text(200, ''),
  '204': () => text(204, ''),
  '304, which nobody asked for': () => text(304, ''),
  HTML: () => text(200, '<!doctype html><title>Login</title>', { 'content-type': 'text/html' }),
  garbage: () => (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x7b]));
  },
  'half a key set': (key) => text(200, setOf(key.published).slice(0, -20), { 'content-type': 'application/json' }),
  'two key sets in a row': (key) => text(200, setOf(key.published).repeat(2)),
  'the key without a set': (key) => json(200, key.published),
  'a list of keys': (key) => json(200, [key.published]),
  'keys that are an object': (key) => json(200, { keys: { 0: key.published, length: 1 } }),
  'no keys at all': () => json(200, { keys: [] }),
  'a list of null': () => json(200, { keys: [null, null] }),
  'the private key': (key) => json(200, { keys: [key.secret] }),
  'the key as a secret': (key) =>
    json(200, { keys: [{ kty: 'oct', k: key.published['x'], kid: key.kid, alg: 'ES256' }] }),
  'RSA keys': (key) => json(200, { keys: [{ ...rsa, kid: key.kid, alg: 'RS256' }] }),
  'RSA keys that call themselves ES256': (key) => json(200, { keys: [{ ...rsa, kid: key.kid, alg: 'ES256' }] }),
  'P-384 keys': (key) => json(200, { keys: [{ ...p384, kid: key.kid }] }),
  'P-384 keys that call themselves P-256': (key) => json(200, { keys: [{ ...p384, crv: 'P-256', kid: key.kid }] }),
  'a point that is not on the curve': (key) => json(200, { keys: [{ ...key.published, y: key.published['x'] }] }),
  'the key for encryption': (key) => json(200, { keys: [{ ...key.published, use: 'enc' }] }),
  'two keys under one kid': (key) => json(200, { keys: [key.published, { ...key.published, y: key.published['x'] }] }),
  'one byte too many': (key) => text(200, padded(key, MAX_BYTES + 1)),
  'a megabyte': (key) => text(200, padded(key, 1024 * 1024)),
  'a megabyte in chunks': (key) => (response) => {
    response.writeHead(200);
    response.write(setOf(key.published));
    for (let chunk = 0; chunk < 16; chunk++) response.write(' '.repeat(64 * 1024));
    response.end();
  },
  'a gzip bomb': (key) => (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(padded(key, 64 * 1024 * 1024)));
  },
  'gzip that is none': (key) => text(200, setOf(key.published), { 'content-encoding': 'gzip' }),
  'a redirect to the key set':
    (key) =>
    (response, { url }) => {
      const head = url === ELSEWHERE ? { status: 200, fields: {} } : { status: 302, fields: { location: ELSEWHERE } };
      response.writeHead(head.status, head.fields).end(setOf(key.published));
    },
  'a permanent redirect': () => (response) => {
    response.writeHead(308, { location: ELSEWHERE }).end();
  },
  'a connection that is closed at once': () => (response) => {
    response.destroy();
  },
  'a connection that is reset in the middle': (key) => (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write(setOf(key.published), () => {
      response.socket?.resetAndDestroy();
    });
  },
  'fewer bytes than announced': (key) => (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write(setOf(key.published), () => {
      response.socket?.end();
    });
  },
  'something that is not HTTP': () => (response) => {
    response.socket?.end('220 mail.example ESMTP\r\n');
  },
};

/** Answers that look odd and are good all the same. */
export const oddities: Readonly<Record<string, Misbehaviour>> = {
  'exactly 256 KiB': (key) => text(200, padded(key, MAX_BYTES)),
  'the content type of text': (key) =>
    text(200, setOf(key.published), { 'content-type': 'text/plain; charset=latin1' }),
  'the content type of a page': (key) => text(200, setOf(key.published), { 'content-type': 'text/html' }),
  'no content type': (key) => text(200, setOf(key.published)),
  gzip: (key) => (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(setOf(key.published)));
  },
  'entries of every other kind beside the key': (key) =>
    json(200, {
      keys: [
        null,
        1,
        'key',
        [],
        {},
        { ...rsa, kid: 'rsa' },
        { ...p384, kid: 'p384' },
        { ...p384, crv: 'P-256', kid: 'p384-as-p256' },
        { ...key.published, kid: 'off-curve', y: key.published['x'] },
        { ...key.secret, kid: 'secret' },
        { ...key.published, kid: 7 },
        key.published,
      ],
      more: 'members',
    }),
  'the key twice': (key) => json(200, { keys: [key.published, key.published] }),
};
