// A server as one should not write it: it reads what a token says, and believes it. With `--silent` it listens, and never answers.
import { createServer } from 'node:http';

const silent = process.argv.includes('--silent');

function claimsOf(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  } catch {
    return null;
  }
}

async function tokenOf(request) {
  if (request.method === 'GET') return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  let body = '';
  for await (const chunk of request) body += chunk;
  try {
    return JSON.parse(body).oauth_token.access_token;
  } catch {
    return '';
  }
}

const server = createServer(async (request, response) => {
  if (silent) return;
  const claims = ['/me', '/login'].includes(request.url) ? claimsOf(await tokenOf(request)) : null;
  const known = claims?.iss === process.env.ATTACK_ISSUER;
  response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(claims));
});

server.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('listening\n'));
