import type { AttackIssuer } from '../issuer/attack-issuer.js';

/** Variables that have a server trust the issuer of the attacks: by our app's names, and by names that any other may read. */
export function environmentFor(issuer: AttackIssuer, server: URL): Readonly<Record<string, string>> {
  return {
    COTTER_API_KEY_ID: issuer.apiKeyId,
    COTTER_API_URL: `${issuer.url}/api/v0`,
    COTTER_ISSUER: issuer.url,
    COTTER_JWKS_URI: issuer.jwksUri,
    ATTACK_AUDIENCE: issuer.apiKeyId,
    ATTACK_ISSUER: issuer.url,
    ATTACK_JWKS_URI: issuer.jwksUri,
    PORT: server.port || (server.protocol === 'https:' ? '443' : '80'),
  };
}

/** What is printed to whoever starts the server. */
export function explainEnvironment(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([name, value]) => `  ${name}=${value}`);
  return [
    'The server has to run with this environment (COTTER_… is what the app of this repository reads; the issuer, key set and',
    'audience of any other server go by the ATTACK_… names, or wherever it keeps them):',
    '',
    ...lines,
    '',
  ].join('\n');
}
