import { describe, expect, it } from '@jest/globals';
import { isPublicAddress, refuseWebhookUrl } from './webhook-address.js';

describe('webhook addresses', () => {
  it.each([
    'https://example.com/hooks?shop=1',
    'https://93.184.216.34:8443/',
    'https://[2606:2800:220:1::1]/',
  ])('allow %s', (url) => {
    expect(refuseWebhookUrl(url, { allowPrivate: false })).toBeUndefined();
  });

  it.each([
    ['http://example.com', 'must start with https://'],
    ['ftp://example.com', 'must start with https://'],
    ['example.com', 'not a URL'],
    ['', 'not a URL'],
    ['https://user:pass@example.com', 'must not contain a user name or password'],
    ['https://localhost/x', 'private'],
    ['https://db.internal/x', 'private'],
    ['https://redis/x', 'private'],
    ['https://redis./x', 'private'],
    ['https://LOCALHOST./x', 'private'],
    ['https://metadata.google.internal./x', 'private'],
    ['https://127.0.0.1/', 'private'],
    ['https://127.0.0.1./', 'private'],
    ['https://0.0.0.0/', 'private'],
    ['https://0/', 'private'],
    ['https://017700000001/', 'private'],
    ['https://①②⑦.0.0.1/', 'private'],
    ['https://127.0.0.1:8443/', 'private'],
    ['https://example.com@127.0.0.1/', 'must not contain a user name'],
    ['https://2130706433/', 'private'],
    ['https://0x7f.1/', 'private'],
    ['https://10.0.0.8/', 'private'],
    ['https://169.254.169.254/latest/meta-data', 'private'],
    ['https://[::1]/', 'private'],
    ['https://[::ffff:10.0.0.1]/', 'private'],
    ['https://[fd00::1]/', 'private'],
    ['https://[::]/', 'private'],
    ['https://[::7f00:1]/', 'private'],
    ['https://[64:ff9b::7f00:1]/', 'private'],
    ['https://[2002:7f00:1::]/', 'private'],
    [`https://example.com/${'a'.repeat(2_000)}`, 'at most 2000'],
  ])('refuse %s because it is %s', (url, why) => {
    expect(refuseWebhookUrl(url, { allowPrivate: false })).toContain(why);
  });

  it('allow plain http and loopback only when configured', () => {
    expect(refuseWebhookUrl('http://127.0.0.1:9000/', { allowPrivate: true })).toBeUndefined();
    expect(refuseWebhookUrl('ftp://127.0.0.1/', { allowPrivate: true })).toContain(
      'must start with https://',
    );
  });

  it('are never in special ranges', () => {
    expect(
      [
        '100.64.0.1',
        '192.0.2.1',
        '198.18.0.1',
        '224.0.0.1',
        '240.0.0.1',
        '255.255.255.255',
        '0.0.0.0',
        '::',
        '::7f00:1',
        'fe80::1',
        'fec0::1',
        '64:ff9b::a00:1',
        '2001:db8::1',
      ].filter(isPublicAddress),
    ).toEqual([]);
  });
});
