import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';

import { startApplication, type TestApplication } from '../e2e/platforms.js';
import { outcomeOf, query, RoutesResolver } from './graphql-requests.js';
import { cotterModule, describeTransport, startIssuers, type Issuers } from './transport.suite.js';

function start(issuers: Issuers, options: Partial<MercuriusDriverConfig> = {}): Promise<TestApplication> {
  return startApplication('fastify', {
    imports: [
      cotterModule(issuers),
      GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        // The package of the cache comes by a dynamic import, which this test runner has not.
        cache: false,
        ...options,
      }),
    ],
    providers: [RoutesResolver],
  });
}

describeTransport('GraphQL by Mercurius on Fastify', async (issuers) => {
  const { app, url } = await start(issuers);
  return {
    call: async (handler, token) => outcomeOf(handler, await query(url, `{ ${handler} }`, token)),
    close: () => app.close(),
  };
});

describe('a refusal by Mercurius', () => {
  it('has the status of HTTP where there is no data, and the challenge beside the code', async () => {
    const issuers = await startIssuers();
    const { app, url } = await start(issuers);
    const refused = await query(url, '{ me }');
    expect(refused.status).toBe(401);
    expect(refused.body.errors).toEqual([
      {
        message: 'This resource needs an access token.',
        locations: expect.any(Array) as unknown,
        path: ['me'],
        extensions: { code: 'missing_credentials', challenge: 'Bearer realm="cotter"' },
      },
    ]);
    expect((await query(url, '{ maybe open }')).status).toBe(200);
    await app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });

  it.each<[string, MercuriusDriverConfig['context']]>([
    ['request', (request: unknown) => ({ request })],
    ['reply', (_request: unknown, reply: unknown) => ({ req: null, reply })],
  ])('does not depend on what the application calls its %s', async (_name, context) => {
    const issuers = await startIssuers();
    const { app, url } = await start(issuers, { context });
    const token = issuers.issuer.token({ subject: 'ann' });
    expect(outcomeOf('me', await query(url, '{ me }', token))).toEqual({ data: 'ann' });
    await app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });
});
