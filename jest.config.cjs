// jest runs CommonJS here. On Node 20 it cannot require() an ES module, and Nest 12 and jose 6 are nothing else:
// swc compiles those packages (and our sources) to CommonJS, and jest caches the result.
const swc = {
  swcrc: false,
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};

const esmOnly = [
  '@nestjs',
  'jose',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  '@fastify/static',
  'content-disposition',
  'react-native-cotter',
];

/** What every project below shares. */
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  moduleNameMapper: {
    '^nestjs-cotter$': '<rootDir>/src/index.ts',
    '^nestjs-cotter/(typeorm|redis|issuer|testing)$': '<rootDir>/src/$1/index.ts',
    // Sources import './x.js' as Node wants it; the compiled packages above really have an x.js.
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
  transform: { '^.+\\.(ts|m?js)$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};

/** A set of tests that needs something from outside (a server, a browser, a registry) and so has a command of its own. */
const outside = (name) => ({ ...base, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.spec.ts`] });

/** @type {import('jest').Config} */
module.exports = {
  maxWorkers: 2,
  collectCoverageFrom: ['src/**/*.ts', '!src/**/index.ts', '!src/**/*.spec.ts', '!src/app/main.ts'],
  coverageProvider: 'v8',
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
      // The README's examples, which test/docs writes out, run as a part of its own suite.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(services|browser|packaging)/', '/\\.readme/'],
    },
    outside('services'),
    outside('browser'),
    outside('packaging'),
  ],
};
