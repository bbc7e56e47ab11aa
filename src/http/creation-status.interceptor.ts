import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';

/** An answer that tells whether something was made. */
export interface CreationAnswer {
  readonly created: boolean;
}

/** Answers 201 where something was made and 200 where it was there already, on whichever platform. */
@Injectable()
export class CreationStatusInterceptor implements NestInterceptor<CreationAnswer, CreationAnswer> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler<CreationAnswer>): Observable<CreationAnswer> {
    return next.handle().pipe(
      tap(({ created }) => {
        this.adapterHost.httpAdapter.status(context.switchToHttp().getResponse<unknown>(), created ? 201 : 200);
      }),
    );
  }
}
