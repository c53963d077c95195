import { describe, expect, it } from '@jest/globals';
import { networkOf, parseAddress } from '../src/client-address.js';

describe('an address as a proxy writes it', () => {
  it.each([
    ['203.0.113.21', '203.0.113.21'],
    ['203.0.113.21:40000', '203.0.113.21'],
    ['  203.0.113.21 ', '203.0.113.21'],
    ['2001:db8::6', '2001:db8::6'],
    ['[2001:db8::6]', '2001:db8::6'],
    ['[2001:db8::6]:443', '2001:db8::6'],
    ['2001:0DB8:0:0:0:0:0:6', '2001:db8::6'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::ffff:203.0.113.21', '203.0.113.21'],
    ['::FFFF:cb00:7115', '203.0.113.21'],
    ['[::ffff:203.0.113.21]:40000', '203.0.113.21'],
    ['0:0:0:0:0:ffff:cb00:7115', '203.0.113.21'],
    ['::1', '::1'],
    ['::', '::'],
  ])('%s is read as %s', (text, address) => expect(parseAddress(text)).toBe(address));

  it.each([
    '',
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.256',
    '0x7f.1',
    '203.0.113.21:port',
    '203.0.113.21:1:2',
    '[2001:db8::6',
    '2001:db8::6]:443',
    '2001:db8:::6',
    'shop.example.com:443',
    '"; DROP TABLE sessions',
  ])('%j is no address', (text) => expect(parseAddress(text)).toBeUndefined());
});

describe('what limits count', () => {
  it.each([
    ['203.0.113.21:40000', '203.0.113.21'],
    ['::ffff:203.0.113.21', '203.0.113.21'],
    ['::ffff:cb00:7115', '203.0.113.21'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['[2001:DB8:0:1::9]:443', '2001:db8:0:1::/64'],
    ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
    ['2001:db8:0:2::9', '2001:db8:0:2::/64'],
    ['1::', '1:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['Unknown', 'unknown'],
  ])('%s is counted as %s', (address, network) => expect(networkOf(address)).toBe(network));
});
