import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';

/**
 * As whom a server of a test's own runs: PostgreSQL and PgBouncer refuse to be root, so there it is the account of PostgreSQL, which gets
 * the folder, and whatever else is named.
 */
export function serverAccount(
  folder: string,
  ...files: readonly string[]
): { cwd: string; uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return { cwd: folder };
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  for (const path of [folder, ...files]) chownSync(path, uid, gid);
  return { cwd: folder, uid, gid };
}
