import { deviceOf, knownDeviceOf } from './device.js';

describe('the device of a user agent', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      'Microsoft Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
  ])('%s', (userAgent, device) => {
    expect(deviceOf(userAgent, 100)).toBe(device);
    expect(knownDeviceOf(userAgent)).toBe(device);
  });

  it.each([[undefined], [''], ['x'.repeat(1_001)], ['(((((((((((']])(
    'is nothing where %j says nothing',
    (userAgent) => {
      expect(deviceOf(userAgent, 100)).toBe(null);
    },
  );

  it('is short, whatever was sent', () => {
    expect(deviceOf(`${'A'.repeat(900)}/1.0 b`, 100)).toHaveLength(100);
  });

  it('has a known name or none, where it is shown to somebody else', () => {
    expect(deviceOf('Your own phone/1.0 x', 100)).toBe('Your own phone');
    expect(knownDeviceOf('Your own phone/1.0 x')).toBe(null);
    expect(knownDeviceOf('Your own phone/1.0 (Linux)')).toBe('Linux');
    expect(knownDeviceOf('')).toBe(null);
  });
});
