import { parseDurationSeconds, type Duration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['30s', 30],
    ['5m', 300],
    ['1h', 3600],
    [90, 90],
  ] as [Duration, number][])('%s is %d seconds', (duration, seconds) => {
    expect(parseDurationSeconds(duration, 'RequireFresh')).toBe(seconds);
  });

  it.each([
    '',
    '5',
    '5 m',
    '-5m',
    '1.5h',
    '5d',
    '0s',
    0,
    -1,
    0.5,
    Number.NaN,
    Infinity,
    '99999999999999999h',
    null,
    {},
  ])('is not %p, which is said where it was written', (duration) => {
    expect(() => parseDurationSeconds(duration as Duration, 'RequireFresh')).toThrow(
      'RequireFresh: must be a whole number of seconds from 1, or one like 30s, 5m or 1h',
    );
  });
});
