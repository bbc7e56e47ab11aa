import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Express signs every answer with its name (`X-Powered-By`), which tells attackers what to try and nobody else anything. */
@Injectable()
export class PlatformSignature implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  /** Express asks for the setting at each request, so it is never too late to change it. */
  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost as Partial<HttpAdapterHost>;
    if (httpAdapter?.getType() !== 'express') return;
    httpAdapter.getInstance<{ disable(setting: string): unknown }>().disable('x-powered-by');
  }
}
