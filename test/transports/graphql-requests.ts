import { UseGuards } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import {
  AuthMethods,
  CotterAuthGuard,
  CurrentAccount,
  CurrentUser,
  OptionalAuth,
  Public,
  Scopes,
  type CotterAccount,
  type CotterPrincipal,
} from 'nestjs-cotter';

import { send } from '../e2e/platforms.js';
import type { Outcome } from './transport.suite.js';

@UseGuards(CotterAuthGuard)
@Resolver()
export class RoutesResolver {
  @Query(() => String)
  me(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @Public()
  @Query(() => String)
  open(@CurrentUser() principal?: CotterPrincipal): string {
    return principal?.subject ?? 'nobody';
  }

  @OptionalAuth()
  @Query(() => String)
  optional(@CurrentUser() principal?: CotterPrincipal): string {
    return principal?.subject ?? 'nobody';
  }

  @Scopes('admin')
  @Query(() => String)
  admin(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @AuthMethods('WEBAUTHN')
  @Query(() => String)
  vault(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @Query(() => String)
  account(@CurrentAccount() account: CotterAccount): string {
    return account.id;
  }

  @Query(() => String, { nullable: true })
  maybe(@CurrentUser('subject') subject: string): string {
    return subject;
  }
}

interface GraphQlBody {
  readonly data: Record<string, unknown> | null;
  readonly errors?: { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** An answer of a GraphQL server. */
export interface GraphQlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: GraphQlBody;
}

export async function query(url: string, text: string, token?: string): Promise<GraphQlAnswer> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { status, headers: answered, body } = await send(`${url}/graphql`, { json: { query: text }, headers });
  return { status, headers: answered, body: body as GraphQlBody };
}

export function outcomeOf(handler: string, { body }: GraphQlAnswer): Outcome {
  const { extensions } = body.errors?.[0] ?? {};
  if (extensions === undefined) return { data: body.data?.[handler] };
  return { code: String(extensions['code']), challenge: extensions['challenge'] as string | undefined };
}
