import { describe, expect, it } from '@jest/globals';
import { decideRefresh, RETRY_WINDOW_MS } from './session.js';

const now = new Date('2026-03-01T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const fresh = { usedAt: null, expiresAt: ago(-1000) };
const live = { revokedAt: null };

describe('A refresh token', () => {
  it('is exchanged on first use', () => {
    expect(decideRefresh(fresh, live, true, now)).toBe('rotate');
  });

  it('is refused once it has expired', () => {
    expect(decideRefresh({ ...fresh, expiresAt: now }, live, true, now)).toBe('refuse');
  });

  it.each([
    [{ revokedAt: ago(1) }, true],
    [live, false],
  ])('is refused in an ended session and for a deactivated user', (session, isActive) => {
    expect(decideRefresh(fresh, session, isActive, now)).toBe('refuse');
    expect(decideRefresh({ ...fresh, usedAt: ago(1) }, session, isActive, now)).toBe('refuse');
  });

  it('can be used again within ten seconds', () => {
    expect(decideRefresh({ ...fresh, usedAt: ago(RETRY_WINDOW_MS) }, live, true, now)).toBe('repeat');
  });

  it('ends the session when it is used again later, even after it has expired', () => {
    const used = { ...fresh, usedAt: ago(RETRY_WINDOW_MS + 1) };
    expect(decideRefresh(used, live, true, now)).toBe('revoke');
    expect(decideRefresh({ ...used, expiresAt: ago(1) }, live, true, now)).toBe('revoke');
  });
});
