import type { ProblemAnswer } from './problem-details.js';
import { refusalOf, type Refusal } from './refusal.js';

/** An error as GraphQL servers format them, which read `extensions` off whatever a resolver throws. */
export class GraphQlRefusal extends Error {
  readonly extensions: Omit<Refusal, 'status' | 'message'> & { readonly http: object };
  /** Where Mercurius looks for the status of an answer without data. */
  readonly statusCode: number;

  constructor(problem: ProblemAnswer, cause: Error) {
    const { status: _status, message, ...rest } = refusalOf(problem);
    super(message, { cause });
    this.name = cause.name;
    this.statusCode = problem.status;
    const { 'Content-Type': _type, ...headers } = problem.headers;
    // Apollo Server and Yoga answer with this status and these fields, and leave `http` out of the body; so does JSON for the others.
    const http = { status: problem.status, headers: new Map(Object.entries(headers)), toJSON: () => undefined };
    this.extensions = { ...rest, http };
  }
}
