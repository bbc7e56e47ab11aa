/** What the keys of the results are called in front of people. */
const NAMES = {
  unguarded: 'no guard',
  alwaysYes: 'always-yes guard',
  recipe: 'recipe',
  ours: 'nestjs-cotter',
  oursAgain: 'nestjs-cotter, again',
  hot: 'hot token',
  firstSeen: 'token never seen before',
  badSignature: 'bad signature',
  amongGood: 'good, beside good',
  amongBad: 'good, beside bad',
  bare: 'bare crypto.verify',
  ours64: 'nestjs-cotter, 64 at once',
  oursHit: 'nestjs-cotter, kept verdict',
  passportJwt: 'passport-jwt + jwks-rsa',
  passportJwt64: 'passport-jwt + jwks-rsa, 64 at once',
  jose: 'jose',
  jose64: 'jose, 64 at once',
  fastJwt: 'fast-jwt',
  fastJwtHit: 'fast-jwt, cached',
  awsJwtVerify: 'aws-jwt-verify',
  expressOauth2: 'express-oauth2-jwt-bearer',
  returning: 'returning user',
  withIdToken: 'returning user, with ID token',
  withRefreshToken: 'returning user, with refresh token',
  new: 'new user',
  newWithRefreshToken: 'new user, with refresh token',
  twoStatements: 'one read and one insert, by TypeORM',
  session: 'session, tokens with us',
  sessionAgain: 'session, again',
  tokenSession: 'session, tokens in cookies',
  empty: 'empty Nest application',
  recipeWithUsers: 'recipe, with users',
  oursWithUsers: 'nestjs-cotter, with users',
};

/** The name of a contender or a cell. */
export function nameOf(key) {
  return NAMES[key] ?? key.replace(/^live(\d+)$/, (_, count) => `${Number(count).toLocaleString('en')} live tokens`);
}
