// Who may import whom. Imports point down: app and testing, then the module's wiring, then its features, then what features
// stand on, then http, then the pure rooms, then errors. Every rule below is one sentence of that picture.

/** The features: a controller and its service each. They do not know each other. */
const features = 'auth|login|logout|refresh|redirect|pkce';
/** What features stand on. */
const foundations = 'users|cotter-api|revocation|renewal|session';
/** What ships in the package. */
const published = '^src/(?!app/)';
const spec = '\\.spec\\.ts$';

const room = (name) => `^src/${name}/`;

/** A room that may import itself and the rooms (or files) named, and nothing else under src. */
const confined = (name, comment, allowed = []) => ({
  name: `${name}-looks-down`,
  comment,
  severity: 'error',
  from: { path: room(name), pathNot: spec },
  to: { path: '^src/', pathNot: [room(name), ...allowed] },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one idea cut in the wrong place.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },

    confined('errors', 'errors is the ground floor: it knows nobody, and no HTTP status.'),
    confined('identifiers', 'identifiers is pure: normal forms and redirect rules, over nothing but errors.', [
      room('errors'),
    ]),
    confined(
      'net',
      'net makes the bounded outgoing request: it knows what may go wrong, and nothing of what is asked.',
      [room('errors')],
    ),
    confined('tokens', 'tokens verifies and makes PKCE pairs, over errors, identifiers and net.', [
      room('(errors|identifiers|net)'),
    ]),
    {
      name: 'rules-know-no-framework',
      comment:
        'errors, identifiers, net, sealing and tokens run anywhere: no Nest, no TypeORM, no Passport, no HTTP framework.',
      severity: 'error',
      from: { path: '^src/(errors|identifiers|net|sealing|tokens)/', pathNot: spec },
      to: {
        path: 'node_modules/(@nestjs|@types/express|express|fastify|passport[^/]*|@types/passport[^/]*|rxjs|typeorm)/',
      },
    },
    confined('http', 'http is the seam to Express and Fastify, over the pure rooms only.', [
      room('(errors|identifiers|tokens)'),
    ]),
    confined(
      'users',
      'users is a port and the service over it: it does not know features, the issuer, or a database.',
      [room('(errors|identifiers|tokens|http|revocation)'), '^src/cotter\\.[a-z-]+\\.ts$'],
    ),
    confined('cotter-api', 'cotter-api is the client of an issuer: it does not know features or users.', [
      room('(errors|identifiers|net|tokens|http)'),
      '^src/cotter\\.[a-z-]+\\.ts$',
    ]),
    {
      name: 'features-look-down',
      comment:
        'A feature stands on users, cotter-api, http and the pure rooms; never on the issuer, the test kit or the app.',
      severity: 'error',
      from: { path: room(`(${features})`), pathNot: spec },
      to: { path: room('(app|issuer|testing|typeorm)') },
    },
    {
      name: 'features-stay-apart',
      comment: 'No feature imports another: what two of them need belongs one floor down.',
      severity: 'error',
      from: { path: room('(auth|login|refresh|pkce)'), pathNot: spec },
      // @Public() is a mark and nothing else: the doors of login and refresh stand open under a global guard.
      to: { path: `^src/(${features})/`, pathNot: ['^src/$1/', '^src/auth/decorators/public\\.decorator\\.ts$'] },
    },
    {
      name: 'logout-asks-who-calls',
      comment: 'A sign-out is of somebody who is signed in, so it may ask the strategy of the guard; no other feature.',
      severity: 'error',
      from: { path: room('logout'), pathNot: spec },
      to: { path: `^src/(${features})/`, pathNot: room('(logout|auth)') },
    },
    {
      name: 'redirect-ends-in-a-login',
      comment: 'The sign-in by redirect is PKCE, and then a login; it knows no other feature.',
      severity: 'error',
      from: { path: room('redirect'), pathNot: spec },
      to: {
        path: `^src/(${features})/`,
        pathNot: [room('(redirect|login|pkce)'), '^src/auth/decorators/public\\.decorator\\.ts$'],
      },
    },
    {
      name: 'nobody-below-imports-the-wiring',
      comment: 'cotter.module.ts and index.ts stand on top of the module; whoever they wire does not reach back up.',
      severity: 'error',
      from: {
        path: room(`(errors|identifiers|net|tokens|http|${foundations}|${features}|typeorm|issuer)`),
        pathNot: spec,
      },
      to: { path: '^src/(index|cotter\\.module)\\.ts$' },
    },
    confined('typeorm', 'typeorm holds the adapters of the ports: it knows the ports and the pure rooms.', [
      room('(errors|identifiers|tokens|users|revocation|renewal|session)'),
      '^src/cotter\\.[a-z-]+\\.ts$',
    ]),
    confined('redis', 'redis holds the adapters of the ports on ioredis: it knows the ports and the pure rooms.', [
      room('(errors|tokens|revocation|renewal|session)'),
    ]),
    confined('revocation', 'revocation is a port, and the view over it that the guard asks: it knows no feature.', [
      room('(errors|tokens)'),
      '^src/cotter\\.[a-z-]+\\.ts$',
    ]),
    confined('renewal', 'renewal spends a refresh token once, whoever asks: a port and the service over it.', [
      room('(errors|tokens|cotter-api)'),
      '^src/cotter\\.[a-z-]+\\.ts$',
    ]),
    confined('sealing', "sealing is pure: it seals and signs under the application's keys.", [room('errors')]),
    confined(
      'session',
      'session is who stays signed in by cookie: a port, the sessions that the guard asks, and the service over them.',
      [
        room('(errors|identifiers|tokens|http|sealing|users|cotter-api|revocation|renewal)'),
        '^src/cotter\\.[a-z-]+\\.ts$',
      ],
    ),
    {
      name: 'root-loads-typeorm-on-demand',
      comment:
        'The root entry works where TypeORM is not installed, so it reaches src/typeorm by a dynamic import only.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: spec },
      to: { path: room('typeorm'), dynamic: false },
    },
    {
      name: 'root-is-the-module-alone',
      comment: 'The module, the issuer, the test kit and the app know each other by public entry points or URLs only.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: spec },
      to: { path: room('(issuer|testing|app)') },
    },
    confined(
      'issuer',
      'The issuer deploys without the module: it shares the pure rooms, http, PKCE and the clock, nothing else.',
      [room('(errors|identifiers|http)'), '^src/tokens/(pkce|clock)\\.ts$'],
    ),
    confined('testing', 'The test kit uses the package as its users do: by public entry points.', [
      '^src/index\\.ts$',
      '^src/(issuer|typeorm)/index\\.ts$',
    ]),
    confined('app', 'The app is the first user of the package: by public entry points, and never the test kit.', [
      '^src/index\\.ts$',
      '^src/(issuer|typeorm|redis)/index\\.ts$',
    ]),
    {
      name: 'no-way-from-src-to-tests',
      comment: 'Test code is not reachable from the sources.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { path: ['^test/', spec] },
    },
    {
      name: 'test-kit-stays-out-of-production',
      comment: 'Only tests import src/testing.',
      severity: 'error',
      from: { path: '^src/(?!testing/)', pathNot: spec },
      to: { path: room('testing') },
    },
    {
      name: 'no-self-name-in-sources',
      comment:
        'Sources import each other by relative path; the name nestjs-cotter is for its users, tests and documents.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { dependencyTypes: ['aliased-tsconfig-paths'] },
    },

    {
      name: 'typeorm-is-optional',
      comment: 'TypeORM is an optional peer: only the rooms that need it may import it.',
      severity: 'error',
      from: { path: '^src/(?!(typeorm|issuer|testing|app)/)', pathNot: spec },
      to: { path: 'node_modules/(typeorm|@nestjs/typeorm)/' },
    },
    {
      name: 'ioredis-is-optional',
      comment: 'ioredis is an optional peer of nestjs-cotter/redis.',
      severity: 'error',
      from: { path: '^src/(?!(redis|app)/)', pathNot: spec },
      to: { path: 'node_modules/ioredis/' },
    },
    {
      name: 'nest-testing-is-for-the-test-kit',
      comment: '@nestjs/testing is an optional peer of nestjs-cotter/testing.',
      severity: 'error',
      from: { path: '^src/(?!testing/)', pathNot: spec },
      to: { path: 'node_modules/@nestjs/testing/' },
    },
    {
      name: 'no-database-driver',
      comment: 'TypeORM loads the driver by name (src/app chooses it): nobody imports one.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { path: 'node_modules/(@types/)?(sql\\.js|pg|mysql2|better-sqlite3)/' },
    },
    {
      name: 'only-declared-packages',
      comment: 'What ships imports its dependencies and peers, nothing that is here for development only.',
      severity: 'error',
      from: { path: published, pathNot: spec },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'only-known-packages',
      comment:
        'A package that package.json does not name is there by accident; a type of one would be missing for users.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'only-what-resolves',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-deprecated-node-module',
      comment: 'Node has replaced these.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['core'], path: '^(punycode|domain|constants|sys|_linklist|_stream_wrap|querystring)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
