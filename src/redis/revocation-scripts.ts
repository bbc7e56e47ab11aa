import { KEPT_AFTER_END_MS } from '../revocation/revocation.js';
import { RedisScript } from './redis-script.js';

/** How long it is told that a person may come in again: longer than any process goes on without Redis. */
const REINSTATED_KEPT_MS = 30 * 24 * 60 * 60_000;

/** The time of Redis, since the clocks of processes differ; and the removal of what has long ended, a little with every write, of all of it in the end. */
const PRELUDE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function sweep()
  local ended = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ${String(KEPT_AFTER_END_MS)}), 'LIMIT', 0, 500)
  if #ended > 0 then
    redis.call('ZREM', KEYS[1], unpack(ended))
    redis.call('HDEL', KEYS[2], unpack(ended))
    redis.call('HDEL', KEYS[3], unpack(ended))
  end
  local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  if last then
    local ends = string.format('%.0f', tonumber(last) + ${String(KEPT_AFTER_END_MS)})
    redis.call('PEXPIREAT', KEYS[1], ends)
    redis.call('PEXPIREAT', KEYS[2], ends)
  end
end
`;

/**
 * Keeps revocations and tells them. Of two of one thing the longer and later one holds.
 *
 * Keys: what is revoked by its end, cut-offs, standings. Values: the channel, the message, and a JSON list of `[name, until, issuedBefore]`.
 */
export const REVOKE = new RedisScript(`${PRELUDE}
for _, entry in ipairs(cjson.decode(ARGV[3])) do
  local name, ends, cut = entry[1], entry[2], entry[3]
  local known = redis.call('ZSCORE', KEYS[1], name)
  if not known or tonumber(known) < tonumber(ends) then redis.call('ZADD', KEYS[1], ends, name) end
  if cut ~= '' then
    local earlier = redis.call('HGET', KEYS[2], name)
    if not earlier or tonumber(earlier) < tonumber(cut) then redis.call('HSET', KEYS[2], name, cut) end
  end
end
sweep()
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
`);

/**
 * Disables people, or lets them in again, and tells it. Each change has a revision that is higher than all before, also where Redis has
 * lost its data since.
 *
 * Keys: what is revoked by its end, cut-offs, standings, the last revision. Values: the channel, `1` to disable, and a JSON list of names.
 *
 * @returns the message: a JSON list of `[name, disabled, revision]`.
 */
export const STAND = new RedisScript(`${PRELUDE}
local revision = math.max(tonumber(redis.call('GET', KEYS[4]) or '0'), now)
local disables = ARGV[2] == '1'
local changes = {}
for _, name in ipairs(cjson.decode(ARGV[3])) do
  revision = revision + 1
  local text = string.format('%.0f', revision)
  redis.call('HSET', KEYS[3], name, ARGV[2] .. ':' .. text)
  if disables then
    redis.call('ZREM', KEYS[1], name)
  else
    redis.call('ZADD', KEYS[1], string.format('%.0f', now + ${String(REINSTATED_KEPT_MS)}), name)
  end
  changes[#changes + 1] = { name, ARGV[2], text }
end
redis.call('SET', KEYS[4], string.format('%.0f', revision))
sweep()
local message = cjson.encode(changes)
redis.call('PUBLISH', ARGV[1], message)
return message
`);
