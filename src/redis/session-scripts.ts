import { RedisScript } from './redis-script.js';
import { SESSION_FIELDS } from './session-wire.js';

const FIELDS = SESSION_FIELDS.map((field) => `'${field}'`).join(', ');

/**
 * What each script begins with. The first key is what all keys of the realm begin with. A session has the key `...id:HANDLE`; the
 * handles of an account and those of a family are sorted sets, by when each session was seen.
 */
const PRELUDE = `
local base = KEYS[1]
local function sessionKey(handle) return base .. 'id:' .. handle end
local function accountKey(account) return base .. 'account:' .. account end
local function familyKey(family) return base .. 'family:' .. family end
local function keep(name, ms)
  if redis.call('PTTL', name) < tonumber(ms) then redis.call('PEXPIRE', name, ms) end
end
`;

const script = (body: string): RedisScript => new RedisScript(PRELUDE + body);

/**
 * Keeps a session.
 *
 * Values: how long to keep it, its handle, account, family (empty for none), when it was seen, and fields with their values.
 */
export const INSERT = script(`
local ms, handle, account, family, seen = unpack(ARGV, 1, 5)
local key = sessionKey(handle)
redis.call('DEL', key)
redis.call('HSET', key, unpack(ARGV, 6))
redis.call('PEXPIRE', key, ms)
local function enlist(set)
  redis.call('ZADD', set, seen, handle)
  keep(set, ms)
  -- Sessions expire by themselves, their places in a list do not. Two are looked at for each that is added, those seen longest ago.
  for _, other in ipairs(redis.call('ZRANGE', set, 0, 1)) do
    if redis.call('EXISTS', sessionKey(other)) == 0 then redis.call('ZREM', set, other) end
  end
end
enlist(accountKey(account))
if family ~= '' then enlist(familyKey(family)) end
return 1
`);

/** Values: which set, the account or the family, how many at most. @returns the fields of each session, seen last first. */
export const LIST = script(`
local set = ARGV[1] == 'account' and accountKey(ARGV[2]) or familyKey(ARGV[2])
local limit = tonumber(ARGV[3])
local found, start = {}, 0
while start < limit do
  local handles = redis.call('ZREVRANGE', set, start, start + 99)
  if #handles == 0 then break end
  for _, handle in ipairs(handles) do
    if start == limit then break end
    local fields = redis.call('HMGET', sessionKey(handle), ${FIELDS})
    if not fields[1] then
      redis.call('ZREM', set, handle)
    else
      start = start + 1
      found[start] = fields
    end
  end
end
return found
`);

/** Values: the handle, the version that was read, the new tokens. @returns 1 where they were taken. */
export const REPLACE_TOKENS = script(`
local key = sessionKey(ARGV[1])
if redis.call('HGET', key, 'version') ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'sealed', ARGV[3])
redis.call('HINCRBY', key, 'version', 1)
return 1
`);

/** Values: when they were seen, and the handles. */
export const TOUCH = script(`
local seen = ARGV[1]
for index = 2, #ARGV do
  local key = sessionKey(ARGV[index])
  local own = redis.call('HMGET', key, 'lastSeenAt', 'accountId', 'family')
  if own[1] and tonumber(own[1]) < tonumber(seen) then
    redis.call('HSET', key, 'lastSeenAt', seen)
    redis.call('ZADD', accountKey(own[2]), 'XX', seen, ARGV[index])
    if own[3] then redis.call('ZADD', familyKey(own[3]), 'XX', seen, ARGV[index]) end
  end
end
return 1
`);

/** Values: the handle. @returns 1 where it was there. */
export const REMOVE = script(`
local key = sessionKey(ARGV[1])
local own = redis.call('HMGET', key, 'accountId', 'family')
if own[1] then redis.call('ZREM', accountKey(own[1]), ARGV[1]) end
if own[2] then redis.call('ZREM', familyKey(own[2]), ARGV[1]) end
return redis.call('DEL', key)
`);
