import { IsoTimeFormat } from './iso-time.js';

describe('a time', () => {
  it.each([
    ['the first second', 0],
    ['the last second of a minute', 59],
    ['the first of the next', 60],
    ['before 1970', -1],
    ['a minute before 1970', -60],
    ['a leap day', Date.UTC(2028, 1, 29, 23, 59, 59) / 1000],
    ['the year 10000', Date.UTC(10_000, 0, 1, 0, 0, 7) / 1000],
    ['the year -1', Date.UTC(-1, 0, 1, 0, 0, 7) / 1000],
    ['a fraction', 1_800_000_000.25],
    ['a fraction before 1970', -0.25],
    ['the last time', 8_640_000_000_000],
    ['the first time', -8_640_000_000_000],
  ])('is written as a Date writes it: %s', (_case, seconds) => {
    expect(new IsoTimeFormat().format(seconds)).toBe(new Date(seconds * 1000).toISOString());
  });

  it('is written as the last that there is, where no Date reaches', () => {
    const format = new IsoTimeFormat();
    for (const seconds of [8_640_000_000_001, 8_640_000_000_060, Number.MAX_VALUE])
      expect(format.format(seconds)).toBe('+275760-09-13T00:00:00.000Z');
    for (const seconds of [-8_640_000_000_001, -8_640_000_000_060, -Number.MAX_VALUE])
      expect(format.format(seconds)).toBe('-271821-04-20T00:00:00.000Z');
  });

  it('is written right whatever was written before', () => {
    const format = new IsoTimeFormat();
    for (const seconds of [
      1_800_000_000, 1_800_000_001, 1_800_000_059, 1_800_000_060, 1_800_000_000, 1_799_999_999, 5, -5,
    ]) {
      expect(format.format(seconds)).toBe(new Date(seconds * 1000).toISOString());
    }
  });
});
