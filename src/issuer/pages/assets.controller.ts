import { readFileSync } from 'node:fs';

import { Controller, Get, Header } from '@nestjs/common';

/** Pages name their assets without a version, so browsers ask for them again soon. */
export const ASSET_CACHE = 'public, max-age=300';

/** What the pages are dressed in. Read once, at start. */
@Controller()
export class AssetsController {
  readonly #styles = readAsset('issuer.css');
  readonly #modalStyles = readAsset('modal.css');
  readonly #mark = readAsset('issuer.svg');

  @Get('assets/issuer.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', ASSET_CACHE)
  getStyles(): string {
    return this.#styles;
  }

  /** The browser SDK puts it into the application's page, for its dialogs. */
  @Get('lib/modal.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', ASSET_CACHE)
  getModalStyles(): string {
    return this.#modalStyles;
  }

  /** Browsers look for `/favicon.ico` where an answer is no page, such as the outbox as JSON; the SDK's dialogs, for a picture of this name. */
  @Get(['assets/issuer.svg', 'favicon.ico', 'assets/images/cotter_transparent_light.png'])
  @Header('Content-Type', 'image/svg+xml')
  @Header('Cache-Control', ASSET_CACHE)
  getMark(): string {
    return this.#mark;
  }
}

function readAsset(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
}
