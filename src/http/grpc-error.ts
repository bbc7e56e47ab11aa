import type { ArgumentsHost } from '@nestjs/common';

import type { ProblemAnswer } from './problem-details.js';

/** Statuses of gRPC by those of HTTP; whatever is not here is `UNKNOWN`. */
const GRPC_STATUS: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 409: 6, 500: 13, 503: 14, 504: 4 };
const UNKNOWN = 2;

/** Whether an RPC message came by gRPC, whose errors have a number for a code. */
export function isGrpc(host: ArgumentsHost): boolean {
  const metadata = host.switchToRpc().getContext<unknown>();
  return typeof metadata === 'object' && metadata !== null && 'getMap' in metadata;
}

/** @see {@link https://grpc.github.io/grpc/core/md_doc_statuscodes.html | gRPC status codes} */
export function grpcErrorOf({ status, body }: ProblemAnswer): { readonly code: number; readonly message: string } {
  return { code: GRPC_STATUS[status] ?? UNKNOWN, message: `${body.code}: ${body.detail}` };
}
