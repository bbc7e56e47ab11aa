// Mutation testing of src/tokens (`npm run test:mutation`): each line of the rules is broken in every way that Stryker knows, and some
// test must notice. It takes minutes, so it is no part of the CI.
import { createRequire } from 'node:module';

const { projects } = createRequire(import.meta.url)('./jest.config.cjs');
const unit = { ...projects.find(({ displayName }) => displayName === 'unit'), projects: [] };
// Stryker runs the tests in a copy of the repository, which is their root then.
delete unit.rootDir;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/tokens/**/*.ts', '!src/tokens/**/*.spec.ts'],
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    // The tests beside the files: what stands in test/ says the same more slowly.
    config: { ...unit, testMatch: ['<rootDir>/src/tokens/**/*.spec.ts'] },
    enableFindRelatedTests: true,
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, skipFull: true },
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/report.json' },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/bench', '/coverage', '/dist', '/docs', '/reports', '*.log'],
};
