import { verify } from 'node:crypto';

import { JwtVerifier } from 'aws-jwt-verify';
import { auth } from 'express-oauth2-jwt-bearer';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';

import { createOurs } from './our-verifier.mjs';

/**
 * Whoever verifies tokens: `prepare` makes the function that verifies one, anew for each slice. `concurrency` is how many are under way
 * at once; `bare` has no token to read and no claims to check.
 */
export function contendersOf(source) {
  const { issuer, audience, jwksUri, jwks, key } = source;
  const localKeys = createLocalJWKSet(jwks);
  const jose = async (token) => jwtVerify(token, localKeys, { issuer, audience, algorithms: ['ES256'] });
  const passport = passportOf(source);
  const aws = JwtVerifier.create({ issuer, audience, jwksUri });
  aws.cacheJwks(jwks);
  const express = expressOf(auth({ issuer, jwksUri, audience, tokenSigningAlg: 'ES256' }));
  const fast = (cache) => {
    const pem = key.export({ type: 'spki', format: 'pem' });
    return createVerifier({ key: pem, algorithms: ['ES256'], allowedIss: issuer, allowedAud: audience, cache });
  };
  return {
    bare: { bare: true, prepare: () => (split) => verify('sha256', split.input, split.key, split.signature) },
    ours: { prepare: () => oursOf(source) },
    ours64: { concurrency: 64, prepare: () => oursOf(source) },
    oursAgain: { prepare: () => oursOf(source) },
    oursHit: { hot: true, prepare: (tokens) => knownTo(createOurs(source), tokens) },
    passportJwt: { prepare: () => passport },
    passportJwt64: { concurrency: 64, prepare: () => passport },
    jose: { prepare: () => jose },
    jose64: { concurrency: 64, prepare: () => jose },
    fastJwt: { prepare: () => fast(false) },
    fastJwtHit: { hot: true, prepare: (tokens) => warmed(fast(true), tokens) },
    awsJwtVerify: { prepare: () => (token) => aws.verifySync(token) },
    expressOauth2: { prepare: () => express },
  };
}

function oursOf(source) {
  const verifier = createOurs(source);
  return (token) => verifier.verifyAccessToken(token);
}

/** What the guard asks first. */
async function knownTo(verifier, tokens) {
  for (const token of tokens) await verifier.verifyAccessToken(token.latin1Slice());
  return (token) => {
    if (verifier.findVerified(token) === null) throw new Error('a token that was verified is not known');
  };
}

function warmed(verifyToken, tokens) {
  for (const token of tokens) verifyToken(token.latin1Slice());
  return verifyToken;
}

/** The strategy as passport calls it, without passport. */
function passportOf({ issuer, audience, jwksUri }) {
  const strategy = new Strategy(
    {
      secretOrKeyProvider: passportJwtSecret({ cache: true, rateLimit: true, jwksRequestsPerMinute: 5, jwksUri }),
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      audience,
      issuer,
      algorithms: ['ES256'],
    },
    (payload, done) => done(null, payload),
  );
  return (token) =>
    new Promise((success, reject) => {
      const fail = (reason) => reject(reason instanceof Error ? reason : new Error(String(reason)));
      const attempt = Object.assign(Object.create(strategy), { success, fail, error: reject });
      attempt.authenticate({ headers: { authorization: `Bearer ${token}` } });
    });
}

/** The middleware, with as much of a request as it reads. */
function expressOf(middleware) {
  return (token) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, host: '127.0.0.1' };
      const request = { headers, protocol: 'http', url: '/me', query: {}, method: 'GET', is: () => false };
      request.get = (name) => headers[name.toLowerCase()];
      middleware(request, {}, (error) => (error === undefined ? resolve() : reject(error)));
    });
}
