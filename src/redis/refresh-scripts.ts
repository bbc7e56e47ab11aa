import { RedisScript } from './redis-script.js';

/**
 * What each script begins with. A token has the key `...{hash}`, 64 digits at its end; a family is named by the hash of its first token,
 * so the key of that one is known only here. `first` is false where the token, or the first one of its family, is not there.
 */
const PRELUDE = `
local key = KEYS[1]
local base = string.sub(key, 1, -65)
local hash = string.sub(key, -64)
local sealedKey = key .. ':sealed'
local family = redis.call('HGET', key, 'family')
local first = family and redis.call('EXISTS', base .. family) == 1 and base .. family
local function keep(name, ms)
  if redis.call('PTTL', name) < tonumber(ms) then redis.call('PEXPIRE', name, ms) end
end
local function isClaimedBy(id)
  return redis.call('HGET', key, 'state') == 'running' and redis.call('HGET', key, 'claim') == id
end
local function begin(state, ms)
  redis.call('DEL', key)
  redis.call('HSET', key, 'family', hash)
  redis.call('HSET', key, 'state', state)
  redis.call('PEXPIRE', key, ms)
  family = hash
  first = key
end
`;

const script = (body: string): RedisScript => new RedisScript(PRELUDE + body);

/** @returns the members of an entry, or nothing. */
export const READ = script(`
if not first then return nil end
local own = redis.call('HMGET', key, 'family', 'state', 'claim', 'claimedAt', 'lease', 'spentAt', 'held')
local all = redis.call('HMGET', first, 'issuer', 'subject', 'revoked')
return { own[1], own[2], own[3], own[4], own[5], own[6], own[7], all[1], all[2], all[3], redis.call('GET', sealedKey) }
`);

/**
 * Claims a token where it stands as it was seen.
 *
 * Values: the state and the claim that were seen (both empty for a token that was not there), the new claim, now, the lease, how long to keep.
 *
 * @returns family, issuer, subject and what is held; nothing where it stands otherwise by now.
 */
export const TAKE = script(`
if ARGV[1] == '' then
  if first then return nil end
  begin('running', ARGV[6])
elseif not first or redis.call('HGET', key, 'state') ~= ARGV[1] or (redis.call('HGET', key, 'claim') or '') ~= ARGV[2]
    or redis.call('HEXISTS', first, 'revoked') == 1 then
  return nil
end
redis.call('HSET', key, 'state', 'running')
redis.call('HSET', key, 'claim', ARGV[3])
redis.call('HSET', key, 'claimedAt', ARGV[4])
redis.call('HSET', key, 'lease', ARGV[5])
redis.call('DEL', sealedKey)
local owner = redis.call('HMGET', first, 'issuer', 'subject')
return { family, owner[1], owner[2], redis.call('HGET', key, 'held') }
`);

/** The sealed result is given to nobody any more. */
export const ERASE = script(`
if redis.call('HGET', key, 'state') == 'spent' then redis.call('DEL', sealedKey) end
return 1
`);

/**
 * Values: how long to keep a token that nobody knows.
 *
 * @returns 1 where this ended the family, 0 where it was ended before.
 */
export const REVOKE = script(`
if not first then begin('live', ARGV[1]) end
return redis.call('HSETNX', first, 'revoked', '1')
`);

/** Values: issuer, subject, how long to keep. @returns the outcome and the family of a {@link Binding}. */
export const BIND = script(`
if not first then begin('live', ARGV[3]) end
if redis.call('HSETNX', first, 'issuer', ARGV[1]) == 1 then redis.call('HSET', first, 'subject', ARGV[2]) end
local owner = redis.call('HMGET', first, 'issuer', 'subject')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return { 'foreign', family } end
local state = redis.call('HGET', key, 'state')
if state == 'spent' or state == 'dead' or redis.call('HEXISTS', first, 'revoked') == 1 then
  return { 'ended', family }
end
return { 'bound', family }
`);

/** Values: the claim, what is held (empty for nothing). */
export const RELEASE = script(`
if not isClaimedBy(ARGV[1]) then return 0 end
if ARGV[2] == '' and first == key and redis.call('HEXISTS', key, 'issuer') == 0 then return redis.call('DEL', key) end
redis.call('HSET', key, 'state', 'live')
redis.call('HDEL', key, 'claim', 'held')
if ARGV[2] ~= '' then redis.call('HSET', key, 'held', ARGV[2]) end
return 1
`);

/** Values: the claim. @returns 1 where the family is ended, 0 where somebody else has the claim. */
export const REFUSE = script(`
if not first or not isClaimedBy(ARGV[1]) then return 0 end
if first == key and redis.call('HEXISTS', key, 'issuer') == 0 then return redis.call('DEL', key) end
redis.call('HSET', key, 'state', 'dead')
redis.call('HDEL', key, 'held')
redis.call('HSETNX', first, 'revoked', '1')
return 1
`);

/**
 * Keys: the token, its successor. Values: the claim, issuer, subject, the sealed result, how long to keep that, now, how long to keep
 * tokens.
 *
 * @returns a {@link CompletionOutcome}.
 */
export const COMPLETE = script(`
local id, issuer, subject, sealed, sealedMs, now, ms = unpack(ARGV)
if not first or redis.call('HGET', key, 'claim') ~= id then return 'lost' end
if redis.call('HGET', key, 'state') ~= 'running' then return 'completed' end
if redis.call('HEXISTS', first, 'revoked') == 1 then return 'revoked' end
local function isForeign(name)
  local owner = redis.call('HMGET', name, 'issuer', 'subject')
  return owner[1] and (owner[1] ~= issuer or owner[2] ~= subject)
end
if isForeign(first) then return 'foreign' end
local successor = KEYS[2]
local isKept = successor == key
local isKnown = false
if not isKept then
  local theirs = redis.call('HGET', successor, 'family')
  isKnown = theirs and redis.call('EXISTS', base .. theirs) == 1
  if isKnown then
    local state = redis.call('HGET', successor, 'state')
    if isForeign(base .. theirs) or redis.call('HEXISTS', base .. theirs, 'revoked') == 1 then return 'foreign' end
    if state == 'spent' or state == 'dead' then return 'foreign' end
  end
end
redis.call('HSET', first, 'issuer', issuer)
redis.call('HSET', first, 'subject', subject)
redis.call('HSET', key, 'state', isKept and 'live' or 'spent')
redis.call('HDEL', key, 'held')
if not isKept then redis.call('HSET', key, 'spentAt', now) end
redis.call('SET', sealedKey, sealed, 'PX', sealedMs)
if not isKept and not isKnown then
  redis.call('DEL', successor)
  redis.call('HSET', successor, 'family', family)
  redis.call('HSET', successor, 'state', 'live')
  redis.call('PEXPIRE', successor, ms)
end
keep(key, ms)
keep(first, ms)
return 'completed'
`);
