export { RedisRevocationStore, type RedisRevocationStoreOptions } from './redis-revocation.store.js';
export { RedisRefreshLedger, type RedisRefreshLedgerOptions } from './redis-refresh-ledger.js';
export { RedisSessionStore, type RedisSessionStoreOptions } from './redis-session.store.js';
