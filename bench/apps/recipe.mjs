import { Module } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';

/** The usual recipe, as the READMEs of @nestjs/passport, passport-jwt and jwks-rsa show it. */
export function recipeModule({ issuer, apiKeyId }) {
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super({
        secretOrKeyProvider: passportJwtSecret({
          cache: true,
          rateLimit: true,
          jwksRequestsPerMinute: 5,
          jwksUri: `${issuer}/api/v0/token/jwks`,
        }),
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        audience: apiKeyId,
        issuer,
        algorithms: ['ES256'],
      });
    }

    validate(payload) {
      return payload;
    }
  }

  class RecipeModule {}
  Module({ imports: [PassportModule], providers: [JwtStrategy] })(RecipeModule);
  return RecipeModule;
}

/** The recipe's guard. */
export const RecipeGuard = AuthGuard('jwt');
