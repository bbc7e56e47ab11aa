import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly mediaType: string;
  readonly etag: string;
  readonly text: string;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** All files of the folder `pages` beside this one by name, read once. The build copies that folder beside the compiled code. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const folder = new URL('./pages/', import.meta.url);
  const names = readdirSync(folder).filter((name) => MEDIA_TYPES[extname(name)] !== undefined);
  return new Map(names.map((name) => [name, readPageFile(new URL(name, folder), MEDIA_TYPES[extname(name)] ?? '')]));
}

function readPageFile(url: URL, mediaType: string): PageFile {
  const text = readFileSync(url, 'utf8');
  return { mediaType, text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}
