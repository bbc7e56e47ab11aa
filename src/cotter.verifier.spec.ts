import { Logger } from '@nestjs/common';

import { resolveOptions } from './cotter.options.resolver.js';
import { createTokenVerifier } from './cotter.verifier.js';
import { MemoryRevocationStore } from './revocation/memory-revocation.store.js';
import { RevocationService } from './revocation/revocation.service.js';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the log of refusals', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('has no character of a token that ends a line, turns it around or commands a terminal', async () => {
    const lines: string[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: string) => lines.push(line));
    const options = resolveOptions({ apiKeyId: 'app', logRefusals: true }, 'cotter');
    const verifier = createTokenVerifier(options, new RevocationService(options, new MemoryRevocationStore()));
    const alg = 'x\r\n\u0085\u2028\u2029\u009b31m\u001b[31m\u202e\ufeff\u007f\ud800 Zoë';
    await expect(verifier.verifyAccessToken(`${encode({ alg })}.${encode({})}.AA`)).rejects.toThrow();
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(lines[0]).toContain('Zoë');
    expect(lines[0]).toContain('x\\r\\n\\u{85}\\u{2028}');
  });
});
