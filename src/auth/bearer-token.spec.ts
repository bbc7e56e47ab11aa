import { MissingCredentialsError } from '../errors/access.errors.js';
import { readBearerToken } from './bearer-token.js';

const carrying = (value: string): { rawHeaders: string[] } => ({ rawHeaders: ['authorization', value] });

describe('the bearer token of a field', () => {
  it.each([' Bearer x.y.z', 'Bearer x.y.z\t', '\t bearer   x.y.z \t '])('stands between white space: %j', (value) => {
    expect(readBearerToken(carrying(value))).toBe('x.y.z');
  });

  it.each(['\u00a0', '\ufeff', '\u2028', '\n', '\v'])(
    'keeps what is no white space of a field behind it: %j',
    (character) => {
      expect(readBearerToken(carrying(`Bearer x.y.z${character}`))).toBe(`x.y.z${character}`);
    },
  );

  it.each(['\u00a0', '\ufeff', '\n'])('is not looked for behind %j', (character) => {
    expect(() => readBearerToken(carrying(`${character}Bearer x.y.z`))).toThrow(MissingCredentialsError);
  });

  it.each(['Bearer', 'Bearer   ', 'bearer\t'])('is empty where there is only the scheme: %j', (value) => {
    expect(readBearerToken(carrying(value))).toBe('');
  });
});
