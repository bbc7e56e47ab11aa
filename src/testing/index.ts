/**
 * A test kit for applications that use `CotterModule`: no network beyond the loopback interface, nothing replaced, real signatures.
 *
 * @module nestjs-cotter/testing
 */
export { asUser, type TestClient } from './as-user.js';
export { CotterTestIssuer, type CotterTestIssuerOptions, type TestTokens } from './cotter-test-issuer.js';
export type { TestTokenOptions, TestUser } from './test-user.js';
