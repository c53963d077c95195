import { describe, expect, it } from '@jest/globals';
import { describeDevice } from './device.js';

describe('The name of a device', () => {
  it.each([
    [null, 'Unknown device'],
    ['', 'Unknown device'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
      'Chrome on Windows',
    ],
    ['curl/8.5.0', 'curl'],
    ['!!!', 'Unknown program'],
  ])('is read from %j as %s', (userAgent, name) => expect(describeDevice(userAgent)).toBe(name));
});
