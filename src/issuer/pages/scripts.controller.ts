import { readdirSync, readFileSync } from 'node:fs';

import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';

import { ASSET_CACHE } from './assets.controller.js';

/** The rooms that have scripts for browsers, each in a folder `browser` that the build copies. */
const ROOMS = ['frame', 'webauthn'];

/**
 * The scripts that run in browsers: ES modules as they are written. A module has the same path here as below `src/issuer`, so modules of
 * two rooms import each other by relative path. Read once, at start.
 */
@Controller('assets')
export class ScriptsController {
  readonly #scripts = new Map(ROOMS.flatMap(readScripts));

  @Get(':room/browser/:name')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  @Header('Cache-Control', ASSET_CACHE)
  getScript(@Param('room') room: string, @Param('name') name: string): string {
    const script = this.#scripts.get(`${room}/${name}`);
    if (script === undefined) throw new NotFoundException();
    return script;
  }
}

function readScripts(room: string): [path: string, text: string][] {
  const folder = new URL(`../${room}/browser/`, import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return names.map((name) => [`${room}/${name}`, readFileSync(new URL(name, folder), 'utf8')]);
}
