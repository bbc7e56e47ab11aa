import fc from 'fast-check';

import { Sealer, type SealPurpose } from './sealer.js';

const OLD = 'the old key of the application, which is long';
const NEW = 'the new key of the application, which is long';

describe('a sealer', () => {
  const sealer = new Sealer([NEW, OLD]);

  it('opens what it has sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
        expect(sealer.open('session', sealer.seal('session', text, context), context)).toBe(text);
      }),
    );
  });

  it('never seals one text twice alike, and shows nothing of it', () => {
    const [one, two] = [sealer.seal('session', 'a secret text'), sealer.seal('session', 'a secret text')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('secret');
    expect(one).toMatch(/^[\w-]+$/);
  });

  it('opens nothing that was changed in any bit', () => {
    const bytes = Buffer.from(sealer.seal('cookie', 'text', 'there'), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(sealer.open('cookie', changed.toString('base64url'), 'there')).toBe(null);
    }
  });

  it('opens nothing that was sealed for another purpose, elsewhere, or by somebody else, and nothing made up', () => {
    const purposes: SealPurpose[] = ['session', 'cookie', 'sign-in', 'csrf'];
    for (const purpose of purposes) {
      const opened = purposes.filter((other) => sealer.open(other, sealer.seal(purpose, 'x')) !== null);
      expect(opened).toEqual([purpose]);
    }
    expect(sealer.open('session', sealer.seal('session', 'x', 'here'), 'there')).toBe(null);
    expect(sealer.open('session', new Sealer(['somebody else entirely, with a key']).seal('session', 'x'))).toBe(null);
    fc.assert(fc.property(fc.string(), (text) => sealer.open('session', text) === null));
  });

  it('seals by the first key and opens by all of them', () => {
    const before = new Sealer([OLD]);
    expect(sealer.open('session', before.seal('session', 'x'))).toBe('x');
    expect(before.open('session', sealer.seal('session', 'x'))).toBe(null);
    expect(new Sealer([OLD, NEW]).open('session', sealer.seal('session', 'x'))).toBe('x');
  });

  it('knows its own signatures under every key, and no others', () => {
    const tag = new Sealer([OLD]).sign('csrf', 'handle');
    expect(sealer.verify('csrf', 'handle', tag)).toBe(true);
    expect(sealer.verify('csrf', 'handle', sealer.sign('csrf', 'handle'))).toBe(true);
    for (const [text, other] of [
      ['other', tag],
      ['handle', ''],
      ['handle', tag.slice(1)],
      ['handle', `${tag}AAAA`],
      ['handle', sealer.sign('cookie', 'handle')],
    ] as const) {
      expect(sealer.verify('csrf', text, other)).toBe(false);
    }
  });
});
