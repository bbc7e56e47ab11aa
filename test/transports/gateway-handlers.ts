import { SubscribeMessage } from '@nestjs/websockets';
import {
  AuthMethods,
  CurrentAccount,
  CurrentUser,
  OptionalAuth,
  Public,
  Scopes,
  type CotterAccount,
  type CotterPrincipal,
} from 'nestjs-cotter';

/** A message that a gateway sends back. */
export interface GatewayMessage {
  readonly event: string;
  readonly data: unknown;
}

const answer = (data: string): GatewayMessage => ({ event: 'answer', data });

/** The handlers of a gateway under test. */
export abstract class GatewayHandlers {
  @SubscribeMessage('me')
  me(@CurrentUser('subject') subject: string): GatewayMessage {
    return answer(subject);
  }

  @Public()
  @SubscribeMessage('open')
  open(@CurrentUser() principal?: CotterPrincipal): GatewayMessage {
    return answer(principal?.subject ?? 'nobody');
  }

  @OptionalAuth()
  @SubscribeMessage('optional')
  optional(@CurrentUser() principal?: CotterPrincipal): GatewayMessage {
    return answer(principal?.subject ?? 'nobody');
  }

  @Scopes('admin')
  @SubscribeMessage('admin')
  admin(@CurrentUser('subject') subject: string): GatewayMessage {
    return answer(subject);
  }

  @AuthMethods('WEBAUTHN')
  @SubscribeMessage('vault')
  vault(@CurrentUser('subject') subject: string): GatewayMessage {
    return answer(subject);
  }

  @SubscribeMessage('account')
  account(@CurrentAccount() account: CotterAccount): GatewayMessage {
    return answer(account.id);
  }
}
