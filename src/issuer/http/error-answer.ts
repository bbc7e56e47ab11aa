import type { ServerResponse } from 'node:http';

import { messagePage } from '../pages/message.page.js';
import { pageHeaders } from '../pages/page-answer.js';
import { isApiPath } from './routes.js';

/** An error as it goes out. */
export interface ErrorAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An error for whoever asked: Cotter's `{ "msg": ... }` at the API, a page everywhere else.
 *
 * @param message - Safe to show to anyone.
 * @param code - Stable, for programs that tell one refusal from another; Cotter's own clients read `msg` alone.
 */
export function errorAnswer(path: string, status: number, message: string, code?: string): ErrorAnswer {
  if (isApiPath(path)) {
    return {
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ msg: message, code }),
    };
  }
  const page = messagePage({ title: titleOf(status), message, depth: path.split('/').length - 2 });
  return { headers: pageHeaders(), body: page.text };
}

/** Sends an error where no filter does. What is set on the answer already stays. */
export function sendError(response: ServerResponse, path: string, status: number, message: string): void {
  const { headers, body } = errorAnswer(path, status, message);
  setHeaders(response, headers);
  response.writeHead(status).end(body);
}

export function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function titleOf(status: number): string {
  switch (status) {
    case 403:
      return 'This is not allowed';
    case 404:
      return 'There is nothing here';
    default:
      return status < 500 ? 'This request cannot be answered' : 'Something went wrong';
  }
}
