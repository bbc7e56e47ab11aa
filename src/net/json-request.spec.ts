import { json, ScriptedServer, text } from '../../test/fixtures/scripted-server.js';
import { IssuerFailedError, IssuerTimeoutError } from '../errors/issuer.errors.js';
import { requestJson, type JsonRequest } from './json-request.js';

const request: JsonRequest = { method: 'GET', timeoutMs: 5_000, maxBytes: 1024 };

describe('requestJson', () => {
  let server: ScriptedServer;

  beforeAll(async () => {
    server = await ScriptedServer.start();
  });

  afterAll(() => server.close());

  it('sends a body as JSON and reads JSON', async () => {
    server.play(json(200, { answer: 42 }));
    const answer = await requestJson(`${server.url}/path?a=b`, {
      ...request,
      method: 'POST',
      headers: { API_KEY_ID: 'key' },
      body: { question: 'six by nine' },
    });
    expect(answer).toEqual({ status: 200, retryAfterSeconds: null, body: { answer: 42 } });
    expect(server.requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: '/path?a=b',
        headers: expect.objectContaining({ api_key_id: 'key', 'content-type': 'application/json' }),
        body: { question: 'six by nine' },
      }),
    ]);
  });

  it('sends no content type where there is no body', async () => {
    server.play(json(200, {}));
    await requestJson(server.url, request);
    expect(server.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it.each([
    ['HTML', '<!doctype html><p>It works!</p>'],
    ['truncated JSON', '{"access_token":"eyJ'],
    ['nothing', ''],
    ['deeply nested garbage', '['.repeat(1000)],
  ])('leaves the body undefined where it is %s', async (_, body) => {
    server.play(text(200, body));
    await expect(requestJson(server.url, request)).resolves.toMatchObject({ status: 200, body: undefined });
  });

  it('reads an answer of exactly the allowed size, and not one byte more', async () => {
    server.play(text(200, `"${'x'.repeat(1022)}"`));
    await expect(requestJson(server.url, request)).resolves.toMatchObject({ body: 'x'.repeat(1022) });
    server.play(text(200, `"${'x'.repeat(1023)}"`));
    await expect(requestJson(server.url, request)).rejects.toBeInstanceOf(IssuerFailedError);
  });

  it('counts the bytes of a compressed answer after it was unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    server.play((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2_000_000, ' ')));
    });
    await expect(requestJson(server.url, request)).rejects.toBeInstanceOf(IssuerFailedError);
  });

  it('stops reading an answer without end, and closes the connection', async () => {
    const closed = new Promise<void>((resolve) => {
      server.play((response) => {
        response.on('close', resolve);
        response.on('drain', () => response.write('x'.repeat(65_536)));
        response.writeHead(200).write('x'.repeat(1_000_000));
      });
    });
    await expect(requestJson(server.url, request)).rejects.toBeInstanceOf(IssuerFailedError);
    await closed;
  });

  it('never follows a redirect', async () => {
    server.play(text(302, '', { location: `${server.url}/elsewhere` }));
    await expect(requestJson(server.url, request)).resolves.toMatchObject({ status: 302 });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up at the deadline where no answer comes', async () => {
    server.play(() => undefined);
    await expect(requestJson(server.url, { ...request, timeoutMs: 100 })).rejects.toBeInstanceOf(IssuerTimeoutError);
  });

  it('gives up at the deadline where the answer stops half-way', async () => {
    server.play((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"access_');
    });
    await expect(requestJson(server.url, { ...request, timeoutMs: 100 })).rejects.toBeInstanceOf(IssuerTimeoutError);
  });

  it('fails where the connection breaks half-way', async () => {
    server.play((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"access_', () => response.destroy());
    });
    await expect(requestJson(server.url, request)).rejects.toBeInstanceOf(IssuerFailedError);
  });

  it('fails where nobody listens', async () => {
    const gone = await ScriptedServer.start();
    const { url } = gone;
    await gone.close();
    await expect(requestJson(url, request)).rejects.toBeInstanceOf(IssuerFailedError);
  });

  it.each([
    ['17', 17],
    ['0', 0],
    ['-1', null],
    ['soon', null],
    ['99999999999', null],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 30],
    ['Sun, 06 Nov 1994 08:49:00 GMT', null],
  ])('reads Retry-After: %s as %s', async (field, seconds) => {
    server.play(json(429, {}, { 'retry-after': field, date: 'Sun, 06 Nov 1994 08:49:37 GMT' }));
    await expect(requestJson(server.url, request)).resolves.toMatchObject({ retryAfterSeconds: seconds });
  });
});
