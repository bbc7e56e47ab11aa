import { Body, Controller, Get, Inject, Injectable, Post, Req, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy, type JwtFromRequestFunction } from 'passport-jwt';
import { EntitySchema, type Repository } from 'typeorm';

import { startApplication, type Platform } from '../../e2e/platforms.js';
import type { Door } from '../attack.js';
import type { DoorAddress } from '../fire.js';
import type { AttackIssuer } from '../issuer/attack-issuer.js';

/** An account as guides have it. */
export interface RecipeUser {
  readonly id: number;
  readonly email: string;
}

const User = new EntitySchema<RecipeUser>({
  name: 'user',
  columns: { id: { type: 'int', primary: true, generated: true }, email: { type: String, unique: true } },
});

/** A custom extractor, as the README of passport-jwt shows one for cookies: the login's token is in the body. */
function fromSignIn(request: { readonly body?: { readonly oauth_token?: { readonly access_token?: string } } }) {
  return request.body?.oauth_token?.access_token ?? null;
}

/** The strategy of the READMEs of @nestjs/passport, passport-jwt and jwks-rsa, with the algorithm of this wire. */
function strategyOf(name: string, jwtFromRequest: JwtFromRequestFunction, issuer: AttackIssuer, rateLimit: boolean) {
  @Injectable()
  class JwtStrategy extends PassportStrategy(Strategy, name) {
    constructor() {
      super({
        secretOrKeyProvider: passportJwtSecret({
          cache: true,
          rateLimit,
          jwksRequestsPerMinute: 5,
          jwksUri: issuer.jwksUri,
        }),
        jwtFromRequest,
        audience: issuer.apiKeyId,
        issuer: issuer.url,
        algorithms: ['ES256'],
      });
    }

    validate(payload: unknown): unknown {
      return payload;
    }
  }
  return JwtStrategy;
}

@Controller()
class RecipeController {
  constructor(@Inject(getRepositoryToken(User)) private readonly users: Repository<RecipeUser>) {}

  @UseGuards(AuthGuard('jwt'))
  @Get('me')
  me(@Req() request: { readonly user: unknown }): unknown {
    return request.user;
  }

  /** Who has a good token is let in; whose account it is, the body says, as the sign-in's answer has it. */
  @UseGuards(AuthGuard('sign-in'))
  @Post('login')
  async login(@Body() { email }: { readonly email: string }): Promise<RecipeUser> {
    return (await this.users.findOne({ where: { email } })) ?? this.users.save({ email });
  }
}

/** The usual recipe on one of the platforms. */
export interface RecipeApplication {
  readonly doors: Readonly<Record<Door, DoorAddress>>;
  close(): Promise<void>;
}

/**
 * Boots it with this issuer, on a database in memory.
 *
 * @param rateLimit - As the README of jwks-rsa has it. Without, every key of the set is looked up, and what is done with it shows.
 */
export async function startRecipe(
  platform: Platform,
  issuer: AttackIssuer,
  rateLimit = false,
): Promise<RecipeApplication> {
  const { app, url } = await startApplication(platform, {
    imports: [
      PassportModule,
      TypeOrmModule.forRoot({ type: 'sqljs', entities: [User], synchronize: true }),
      TypeOrmModule.forFeature([User]),
    ],
    controllers: [RecipeController],
    providers: [
      strategyOf('jwt', ExtractJwt.fromAuthHeaderAsBearerToken(), issuer, rateLimit),
      strategyOf('sign-in', fromSignIn, issuer, rateLimit),
    ],
  });
  return {
    doors: {
      guard: { origin: new URL(url), path: '/me', method: 'GET' },
      login: { origin: new URL(url), path: '/login', method: 'POST' },
    },
    close: () => app.close(),
  };
}
