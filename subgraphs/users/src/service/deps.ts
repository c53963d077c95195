import type { Logger } from '@cartograph/kit';
import type { Passwords } from '../domain/password.js';
import type { KeyRing } from '../key-ring.js';
import type { AttemptCounter } from '../store/attempt-counter.js';
import type { UsersStore } from '../store/store.js';

/** What the use cases work with. */
export interface UsersDeps {
  readonly store: UsersStore;
  readonly keyRing: KeyRing;
  readonly passwords: Passwords;
  readonly attempts: AttemptCounter;
  readonly clock: () => Date;
  readonly logger: Logger;
  readonly accessTokenLifetimeMs: number;
  readonly refreshTokenLifetimeMs: number;
  /** What refresh tokens are made with: the same in all processes. */
  readonly tokenSecret: string;
  /** Called after a commit that saved events. */
  readonly onEvents: () => void;
  /** Called after a commit that saved revocations. */
  readonly onRevocations: () => void;
  /** For metrics. */
  readonly onPasswordCheck: (outcome: 'right' | 'wrong' | 'slowed') => void;
}
