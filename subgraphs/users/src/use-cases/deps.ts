import type { Clock, Logger } from '@cartograph/kit';
import type { AttemptCounter, UsersStore } from '../store/store.js';
import type { KeyRing } from './shared/key-ring.js';
import type { Passwords } from './shared/passwords.js';

/** What the use cases depend on. */
export interface Deps {
  readonly store: UsersStore;
  readonly keyRing: KeyRing;
  readonly passwords: Passwords;
  readonly attempts: AttemptCounter;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Pick<Logger, 'warn'>;
  readonly accessTokenLifetimeMs: number;
  readonly refreshTokenLifetimeMs: number;
  /** Derives refresh tokens and encrypts signing keys; the same in all processes. */
  readonly tokenSecret: string;
  /** Called after a commit that saved events. */
  readonly onEvents: () => void;
  /** Called after a commit that saved revocations. */
  readonly onRevocations: () => void;
  /** Counts checks of passwords for the metrics. */
  readonly onPasswordCheck: (outcome: 'right' | 'wrong' | 'slowed') => void;
}
