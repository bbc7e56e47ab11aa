/**
 * A self-hosted authorization server that speaks Cotter's protocol.
 *
 * @module nestjs-cotter/issuer
 */
export { CotterConfigurationError } from '../errors/configuration.error.js';
export { CotterIssuerModule } from './cotter-issuer.module.js';
export type {
  CotterIssuerClientOptions,
  CotterIssuerDataSourceOptions,
  CotterIssuerOptions,
} from './cotter-issuer.options.js';
export { CodeSender, type CodeMessage } from './delivery/code-sender.js';
export { OutboxCodeSender } from './delivery/outbox-code-sender.js';
export { CotterIssuerEntities } from './entities.js';
export { IssuerKeys, type PublishedKey } from './keys/issuer-keys.js';
export { CotterIssuerMigrations } from './migrations/index.js';
export { startCotterIssuer, type RunningCotterIssuer, type StartCotterIssuerOptions } from './start-cotter-issuer.js';
