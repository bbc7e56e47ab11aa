import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';

import { AuthorizeController } from './authorize/authorize.controller.js';
import { CodeController } from './authorize/code.controller.js';
import { Challenges } from './challenges/challenges.js';
import { SendLimit } from './challenges/send-limit.js';
import { IssuerClients } from './clients/issuer-clients.js';
import type { CotterIssuerOptions } from './cotter-issuer.options.js';
import { resolveIssuerOptions } from './cotter-issuer.options.resolver.js';
import { CodeSender } from './delivery/code-sender.js';
import { OutboxCodeSender } from './delivery/outbox-code-sender.js';
import { OutboxController } from './delivery/outbox.controller.js';
import { DeviceEvents } from './devices/device-events.js';
import { Devices } from './devices/devices.js';
import { EventController } from './devices/event.controller.js';
import { MethodController } from './devices/method.controller.js';
import { FrameApiController } from './frame/frame-api.controller.js';
import { FrameController } from './frame/frame.controller.js';
import { HealthController } from './health.controller.js';
import { GatewayMiddleware } from './http/gateway.middleware.js';
import { IssuerExceptionFilter } from './http/issuer-exception.filter.js';
import { IssuerHeaders } from './http/issuer-headers.js';
import { NotOfferedController } from './http/not-offered.controller.js';
import { EventTokenGrant } from './grants/event-token-grant.js';
import { IdentityTokenGrant } from './grants/identity-token-grant.js';
import { CodeExchange } from './identity/code-exchange.js';
import { IdentityAnswers } from './identity/identity-answers.js';
import { IdentityController } from './identity/identity.controller.js';
import { IssuerDatabase } from './issuer-database.js';
import { IssuerSettings } from './issuer-settings.js';
import { IdentityKeyController } from './keys/identity-key.controller.js';
import { IssuerKeys } from './keys/issuer-keys.js';
import { JwksController } from './keys/jwks.controller.js';
import { LinkController } from './links/link.controller.js';
import { MagicLinks } from './links/magic-links.js';
import { AssetsController } from './pages/assets.controller.js';
import { HomeController } from './pages/home.controller.js';
import { PublicWriteLimit } from './limits/public-write-limit.js';
import { ScriptsController } from './pages/scripts.controller.js';
import { Sweeper } from './sweeper.js';
import { CustomClaimsController } from './tokens/custom-claims.controller.js';
import { OwnTokens } from './tokens/own-tokens.js';
import { RefreshCookie } from './tokens/refresh-cookie.js';
import { RefreshTokens } from './tokens/refresh-tokens.js';
import { Sessions } from './tokens/sessions.js';
import { TokenMinter } from './tokens/token-minter.js';
import { TokenController } from './tokens/token.controller.js';
import { VerifyController } from './tokens/verify.controller.js';
import { EnrolledMethods } from './users/enrolled-methods.js';
import { IssuerUsers } from './users/issuer-users.js';
import { UsersController } from './users/users.controller.js';
import { Ceremonies } from './webauthn/ceremonies.js';
import { DecoyCredentials } from './webauthn/decoy-credentials.js';
import { PasskeyLogin } from './webauthn/passkey-login.js';
import { PasskeyRegistration } from './webauthn/passkey-registration.js';
import { PasskeyFrameController } from './webauthn/passkey-frame.controller.js';
import { Passkeys } from './webauthn/passkeys.js';
import { RecentSignIn } from './webauthn/recent-sign-in.js';
import { WebAuthnController } from './webauthn/webauthn.controller.js';

/**
 * An authorization server that speaks Cotter's protocol. It is the root module of a Nest application of its own, on an origin of its
 * own: {@link startCotterIssuer} makes one that is ready.
 */
@Module({})
export class CotterIssuerModule implements NestModule {
  /** @throws {@link CotterConfigurationError} naming the option that is wrong. */
  static forRoot(options: CotterIssuerOptions): DynamicModule {
    const settings = resolveIssuerOptions(options);
    return {
      module: CotterIssuerModule,
      controllers: [
        HomeController,
        HealthController,
        AssetsController,
        ScriptsController,
        AuthorizeController,
        CodeController,
        LinkController,
        FrameController,
        FrameApiController,
        PasskeyFrameController,
        IdentityController,
        JwksController,
        CustomClaimsController,
        TokenController,
        VerifyController,
        IdentityKeyController,
        MethodController,
        NotOfferedController,
        UsersController,
        EventController,
        WebAuthnController,
        ...(settings.outbox ? [OutboxController] : []),
      ],
      providers: [
        { provide: IssuerSettings, useValue: settings },
        { provide: IssuerDatabase, useFactory: () => IssuerDatabase.open(settings) },
        ...senders(settings),
        ...PARTS,
      ],
      exports: [IssuerKeys],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(GatewayMiddleware).forRoutes('{*path}');
  }
}

const PARTS: Provider[] = [
  IssuerClients,
  IssuerHeaders,
  IssuerKeys,
  IssuerUsers,
  EnrolledMethods,
  IdentityAnswers,
  Challenges,
  MagicLinks,
  SendLimit,
  PublicWriteLimit,
  CodeExchange,
  RefreshTokens,
  RefreshCookie,
  Sessions,
  TokenMinter,
  OwnTokens,
  IdentityTokenGrant,
  EventTokenGrant,
  Devices,
  DeviceEvents,
  Passkeys,
  Ceremonies,
  DecoyCredentials,
  RecentSignIn,
  PasskeyRegistration,
  PasskeyLogin,
  Sweeper,
  { provide: APP_FILTER, useClass: IssuerExceptionFilter },
];

function senders({ codeSender }: IssuerSettings): Provider[] {
  if (codeSender !== null) return [{ provide: CodeSender, useValue: codeSender }];
  return [
    { provide: OutboxCodeSender, useFactory: () => new OutboxCodeSender() },
    { provide: CodeSender, useExisting: OutboxCodeSender },
  ];
}
