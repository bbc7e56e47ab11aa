import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';

import { startApplication, type TestApplication } from '../e2e/platforms.js';
import { outcomeOf, query, RoutesResolver } from './graphql-requests.js';
import { cotterModule, describeTransport, startIssuers, type Issuers } from './transport.suite.js';

function start(issuers: Issuers): Promise<TestApplication> {
  return startApplication('express', {
    imports: [
      cotterModule(issuers),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        includeStacktraceInErrorResponses: false,
      }),
    ],
    providers: [RoutesResolver],
  });
}

describeTransport('GraphQL by Apollo on Express', async (issuers) => {
  const { app, url } = await start(issuers);
  return {
    call: async (handler, token) => outcomeOf(handler, await query(url, `{ ${handler} }`, token)),
    close: () => app.close(),
  };
});

describe('a refusal by Apollo', () => {
  it('has the challenge of HTTP beside its own, and leaves other fields of the query their data', async () => {
    const issuers = await startIssuers();
    const { app, url } = await start(issuers);
    const refused = await query(url, '{ maybe open }');
    // Nest's driver answers 200 whatever became of the resolvers.
    expect(refused.status).toBe(200);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="cotter"');
    expect(refused.headers.get('content-type')).toMatch(/^application\/json/);
    expect(refused.body).toEqual({
      data: { maybe: null, open: 'nobody' },
      errors: [
        {
          message: 'This resource needs an access token.',
          locations: expect.any(Array) as unknown,
          path: ['maybe'],
          extensions: { code: 'missing_credentials', challenge: 'Bearer realm="cotter"' },
        },
      ],
    });
    const undecided = await query(url, '{ me }', issuers.silent.token());
    expect(undecided.headers.get('retry-after')).toBe('5');
    expect(undecided.body.errors?.[0]?.extensions).toEqual({ code: 'keys_unavailable', retryAfterSeconds: 5 });
    await app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });
});
