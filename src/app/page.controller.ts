import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';

import { Public } from '../index.js';
import { readPageFiles, type PageFile } from './page-files.js';

type PageRequest = Pick<IncomingMessage, 'headers'>;

/** The page and its files. They are asked for anew each time, and sent only where they changed. */
@Public()
@Controller()
export class PageController {
  readonly #files = readPageFiles();

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  @Get()
  page(@Req() request: PageRequest, @Res({ passthrough: true }) response: unknown): string {
    return this.#send('index.html', request, response);
  }

  /** Browsers ask for it under this name wherever a page (or a JSON answer that a person looks at) does not name another. */
  @Get('favicon.ico')
  favicon(@Req() request: PageRequest, @Res({ passthrough: true }) response: unknown): string {
    return this.#send('favicon.svg', request, response);
  }

  @Get('assets/:name')
  asset(
    @Param('name') name: string,
    @Req() request: PageRequest,
    @Res({ passthrough: true }) response: unknown,
  ): string {
    return this.#send(name, request, response);
  }

  #send(name: string, request: PageRequest, response: unknown): string {
    const file = this.#getFile(name);
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'Cache-Control', 'no-cache');
    httpAdapter.setHeader(response, 'ETag', file.etag);
    if (isFresh(request.headers['if-none-match'], file.etag)) {
      httpAdapter.status(response, 304);
      return '';
    }
    httpAdapter.setHeader(response, 'Content-Type', file.mediaType);
    return file.text;
  }

  #getFile(name: string): PageFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new NotFoundException();
    return file;
  }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 | RFC 9110, 13.1.2}: compared weakly */
function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
