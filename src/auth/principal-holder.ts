import type { CotterPrincipal } from '../tokens/principal.js';

/** Where the principal of a caller is kept: on the request, or on what stands for one. */
export interface PrincipalHolder {
  user?: CotterPrincipal;
}
