import type { AppConfig } from './app.config.js';

/** What the app prints when it runs: where to go first, then what it runs on. Never a password. */
export function greetingOf(config: AppConfig): readonly string[] {
  const { publicUrl, localIssuer, databaseUrl, redisUrl, encryptionKeys, platform, cotter } = config;
  return [
    `Open ${publicUrl}`,
    localIssuer === null ? `People sign in at ${cotter.apiUrl}` : `Codes arrive at ${localIssuer.publicUrl}/outbox`,
    `Database: ${databaseUrl === null ? 'in memory, gone when the app stops (DATABASE_URL keeps it)' : nameOf(databaseUrl)}`,
    ...(redisUrl === null ? [] : [`Redis: ${nameOf(redisUrl)}, for sessions, refresh tokens and revocations`]),
    ...(encryptionKeys === null ? [RANDOM_KEY] : []),
    `Platform: ${platform}`,
  ];
}

const RANDOM_KEY =
  'Warning: COTTER_ENCRYPTION_KEYS is not set. Sessions are sealed by a random key: they end with this process, and no other can read them.';

function nameOf(serverUrl: string): string {
  if (serverUrl.startsWith('sqlite:')) return serverUrl;
  const { protocol, host, pathname } = new URL(serverUrl);
  return `${protocol}//${host}${pathname}`;
}
