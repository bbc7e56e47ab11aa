import type { AppConfig } from './app.config.js';

/** What the app prints when it runs: where to go first, then what it runs on. Never a password. */
export function greetingOf(config: AppConfig): readonly string[] {
  const { publicUrl, localIssuer, databaseUrl, platform, cotter } = config;
  return [
    `Open ${publicUrl}`,
    localIssuer === null ? `People sign in at ${cotter.apiUrl}` : `Codes arrive at ${localIssuer.publicUrl}/outbox`,
    `Database: ${databaseUrl === null ? 'in memory, gone when the app stops (DATABASE_URL keeps it)' : nameOf(databaseUrl)}`,
    `Platform: ${platform}`,
  ];
}

function nameOf(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl;
  const { protocol, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${host}${pathname}`;
}
