import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Reports an eslint-disable comment that does not say why (`-- reason`). */
const disableNeedsReason = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { reason: 'Say in the same line why the rule is off: `eslint-disable-next-line rule -- reason`.' },
  },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (/^\s*eslint-disable/.test(comment.value) && !/\s--\s+\S/.test(comment.value)) {
          context.report({ loc: comment.loc, messageId: 'reason' });
        }
      }
    },
  }),
};

const environment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only src/app/app.config.ts reads the environment: take the value as an option.',
  },
  {
    selector: "ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']",
    message: 'Only src/app/app.config.ts reads the environment: take the value as an option.',
  },
];
const clock = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Rules do not ask the system for the time: take a Clock (src/tokens/clock.ts).',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Rules do not ask the system for the time: take a Clock (src/tokens/clock.ts).',
  },
];
const defaultExport = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a name is the same in every file.' },
];
const doubleCast = [
  {
    selector: "TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']",
    message: '`as unknown as` switches the compiler off: narrow the value, or parse it.',
  },
];
const focusedTest = [
  {
    selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name="only"]',
    message: 'A focused test hides the others.',
  },
];

/** `no-restricted-syntax` takes one list a file, so each group of files names all the lists that hold for it. */
const forbid = (...lists) => ({ 'no-restricted-syntax': ['error', ...lists.flat()] });

const globals = (names) => Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));
const node = globals(
  'AbortController AbortSignal Buffer URL URLSearchParams clearInterval clearTimeout console fetch process setInterval setTimeout',
);
const nodeCommonJs = { ...node, ...globals('__dirname __filename exports module require') };
const browser = globals(
  'AbortController AbortSignal Blob BroadcastChannel CustomEvent DOMException Event FormData HTMLElement HTMLInputElement Headers Intl Response TextDecoder ' +
    'TextEncoder URL URLSearchParams addEventListener alert atob btoa clearInterval clearTimeout console crypto document ' +
    'fetch getComputedStyle history localStorage location matchMedia navigator performance queueMicrotask requestAnimationFrame sessionStorage ' +
    'setInterval setTimeout structuredClone window',
);

const typescript = ['**/*.ts'];
const specs = ['**/*.spec.ts', 'test/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.stryker-tmp/',
      'reports/',
      'node_modules/',
      'test/packaging/consumer/',
      '**/.readme/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    plugins: { local: { rules: { 'disable-needs-reason': disableNeedsReason } } },
    rules: { 'local/disable-needs-reason': 'error' },
  },
  eslint.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },

  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A Nest module is a class with nothing in it but its decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true },
      ],
      // Nest declares the types of many of its options as classes; they are made to be given as literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `claims['aud']` says that anyone may have written the member.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },

  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      ...forbid(environment, clock, defaultExport, doubleCast),
    },
  },
  // The system's clock itself, and what stands outside of the rules.
  {
    files: ['src/tokens/clock.ts', 'src/app/**/*.ts', 'src/testing/**/*.ts'],
    rules: forbid(environment, defaultExport, doubleCast),
  },
  // The app talks to the person who starts it.
  { files: ['src/app/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['src/app/app.config.ts'], rules: forbid(clock, defaultExport, doubleCast) },

  {
    files: specs,
    rules: {
      ...forbid(defaultExport, doubleCast, focusedTest),
      'max-lines': 'off',
      // What an HTTP answer holds is `any` to supertest: the expectation that follows is the check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  // The TypeORM command line wants a default export and reads the address of the database from the environment.
  { files: ['ormconfig.ts'], rules: forbid(doubleCast) },

  { files: ['**/*.mjs'], languageOptions: { globals: node } },
  { files: ['**/*.cjs'], languageOptions: { globals: nodeCommonJs, sourceType: 'commonjs' } },
  { files: ['tools/**/*.mjs'], rules: { 'no-console': 'off' } },
  {
    files: ['src/*/pages/**/*.js', 'src/issuer/*/browser/*.js'],
    languageOptions: { globals: browser, sourceType: 'module' },
  },

  prettier,
);
