import type { Identity } from '@cartograph/kit';
import { readFields } from '../domain/fields.js';
import type { User } from '../domain/user.js';
import type { UpdateProfileInput } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { requireActor } from './shared/actor.js';
import { nextUserEvent } from './shared/user-events.js';

/** Changes the profile of the signed-in user. */
export async function updateProfile(
  deps: Deps,
  input: UpdateProfileInput,
  identity: Identity,
): Promise<User> {
  const fields = readFields();
  const name = input.name == null ? undefined : fields.name(input.name, 'name');
  fields.done();
  const saved = await deps.store.transaction(async (tx) => {
    const { user } = await requireActor(deps, tx, identity, { lock: true });
    if (name === undefined || name === user.name) return user;
    const now = deps.clock();
    const next = nextUserEvent('user.updated', { ...user, name, updatedAt: now }, now, {});
    await tx.saveUser(next.user);
    await tx.saveEvents([next.event]);
    return next.user;
  });
  deps.onEvents();
  return saved;
}
