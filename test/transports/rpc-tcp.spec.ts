import { createServer, type AddressInfo } from 'node:net';

import { Controller } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Transport as Transports,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
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
import { firstValueFrom } from 'rxjs';

import { startApplication } from '../e2e/platforms.js';
import {
  cotterModule,
  describeTransport,
  startIssuers,
  type Issuers,
  type Outcome,
  type Transport,
} from './transport.suite.js';

const heard: string[] = [];

@Controller()
class RoutesController {
  @MessagePattern('me')
  me(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @Public()
  @MessagePattern('open')
  open(@CurrentUser() principal?: CotterPrincipal): string {
    return principal?.subject ?? 'nobody';
  }

  @OptionalAuth()
  @MessagePattern('optional')
  optional(@CurrentUser() principal?: CotterPrincipal): string {
    return principal?.subject ?? 'nobody';
  }

  @Scopes('admin')
  @MessagePattern('admin')
  admin(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @AuthMethods('WEBAUTHN')
  @MessagePattern('vault')
  vault(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @MessagePattern('account')
  account(@CurrentAccount() account: CotterAccount): string {
    return account.id;
  }

  @EventPattern('told')
  told(@CurrentUser('subject') subject: string): void {
    heard.push(subject);
  }
}

/** A port that was free a moment ago: Nest's TCP server does not tell which one it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startMicroservice(issuers: Issuers): Promise<{ client: ClientProxy; close: () => Promise<void> }> {
  const options = { host: '127.0.0.1', port: await freePort() };
  const module = await Test.createTestingModule({
    imports: [cotterModule(issuers)],
    controllers: [RoutesController],
    providers: [{ provide: APP_GUARD, useClass: CotterAuthGuard }],
  }).compile();
  const app = module.createNestMicroservice<MicroserviceOptions>({
    transport: Transports.TCP,
    options,
    logger: false,
  });
  await app.listen();
  const client = ClientProxyFactory.create({ transport: Transports.TCP, options });
  return {
    client,
    close: async () => {
      await client.close();
      await app.close();
    },
  };
}

const withToken = (token?: string): object => (token === undefined ? {} : { authorization: `Bearer ${token}` });

async function outcomeOf(client: ClientProxy, pattern: string, data: unknown): Promise<Outcome> {
  try {
    return { data: await firstValueFrom(client.send(pattern, data)) };
  } catch (refusal) {
    const { code, challenge } = refusal as { code: string; challenge?: string };
    return { code, challenge };
  }
}

describeTransport('RPC over TCP, by the payload', async (issuers): Promise<Transport> => {
  const { client, close } = await startMicroservice(issuers);
  return { call: (handler, token) => outcomeOf(client, handler, withToken(token)), close };
});

describeTransport("RPC over TCP, by the packet's metadata", async (issuers): Promise<Transport> => {
  const { client, close } = await startMicroservice(issuers);
  let token: string | undefined;
  client.setOnDispatchHook((packet) => {
    packet.metadata = withToken(token) as Record<string, string>;
  });
  return {
    call: (handler, given) => {
      token = given;
      return outcomeOf(client, handler, {});
    },
    close,
  };
});

describeTransport('RPC over TCP beside HTTP', async (issuers): Promise<Transport> => {
  const options = { host: '127.0.0.1', port: await freePort() };
  const { app } = await startApplication(
    'express',
    {
      imports: [cotterModule(issuers)],
      controllers: [RoutesController],
      providers: [{ provide: APP_GUARD, useClass: CotterAuthGuard }],
    },
    (hybrid) => {
      hybrid.connectMicroservice<MicroserviceOptions>(
        { transport: Transports.TCP, options },
        // Without it, Nest takes neither global guards nor global filters there.
        { inheritAppConfig: true },
      );
    },
  );
  await app.startAllMicroservices();
  const client = ClientProxyFactory.create({ transport: Transports.TCP, options });
  return {
    call: (handler, token) => outcomeOf(client, handler, withToken(token)),
    close: async () => {
      await client.close();
      await app.close();
    },
  };
});

describe('an RPC message', () => {
  let issuers: Issuers;
  let service: Awaited<ReturnType<typeof startMicroservice>>;

  beforeAll(async () => {
    issuers = await startIssuers();
    service = await startMicroservice(issuers);
  });

  afterAll(async () => {
    await service.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });

  it('is refused with the members of every refusal, and when to come back', async () => {
    await expect(firstValueFrom(service.client.send('me', {}))).rejects.toEqual({
      status: 'error',
      code: 'missing_credentials',
      message: 'This resource needs an access token.',
      challenge: 'Bearer realm="cotter"',
    });
    await expect(firstValueFrom(service.client.send('me', withToken(issuers.silent.token())))).rejects.toEqual({
      status: 'error',
      code: 'keys_unavailable',
      message: expect.any(String) as string,
      retryAfterSeconds: 5,
    });
  });

  it('is refused with a credential that is no text', async () => {
    expect(await outcomeOf(service.client, 'me', { authorization: { token: 1 } })).toMatchObject({
      code: 'malformed_token',
    });
    expect(await outcomeOf(service.client, 'me', 'authorization')).toMatchObject({ code: 'missing_credentials' });
  });

  it('is asked each for itself', async () => {
    const outcomes = await Promise.all(
      ['ann', undefined, 'ben', undefined].map((subject) =>
        outcomeOf(
          service.client,
          'optional',
          withToken(subject === undefined ? undefined : issuers.issuer.token({ subject })),
        ),
      ),
    );
    expect(outcomes).toEqual([{ data: 'ann' }, { data: 'nobody' }, { data: 'ben' }, { data: 'nobody' }]);
  });

  it('that wants no answer gets none, and is not handled without a token', async () => {
    service.client.emit('told', {});
    service.client.emit('told', withToken(issuers.issuer.token({ subject: 'ann' })));
    // Messages of one connection are taken in turn.
    await outcomeOf(service.client, 'open', {});
    await outcomeOf(service.client, 'me', withToken(issuers.issuer.token({ subject: 'ann' })));
    expect(heard).toEqual(['ann']);
  });
});
