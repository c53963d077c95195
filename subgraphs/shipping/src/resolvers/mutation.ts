import { refusable } from '@cartograph/kit';
import type { Method } from '../domain/method.js';
import { Conflict } from '../domain/write-rules.js';
import type { Zone } from '../domain/zone.js';
import type { MutationResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: UseCases;
}

/** A refused change returns null, except for a conflict: then the caller sees what it would overwrite. */
async function attempt<Entity extends Zone | Method>(useCase: () => Promise<Entity>) {
  let entity: Entity | null = null;
  const { userErrors } = await refusable({}, async () => {
    try {
      entity = await useCase();
    } catch (error) {
      if (error instanceof Conflict) entity = error.current as Entity;
      throw error;
    }
    return {};
  });
  return { entity: entity as Entity | null, userErrors };
}

async function zonePayload(useCase: () => Promise<Zone>) {
  const { entity: zone, userErrors } = await attempt(useCase);
  return { zone, userErrors };
}

async function methodPayload(useCase: () => Promise<Method>) {
  const { entity: method, userErrors } = await attempt(useCase);
  return { method, userErrors };
}

const deletePayload = (useCase: () => Promise<{ readonly id: string }>) =>
  refusable({ deletedId: null }, async () => ({ deletedId: (await useCase()).id }));

export const createMutation = ({ useCases }: Deps): MutationResolvers => ({
  createShippingZone: (_, { input }) => zonePayload(() => useCases.createZone(input)),
  updateShippingZone: (_, { input }) => zonePayload(() => useCases.updateZone(input)),
  deleteShippingZone: (_, { input }) => deletePayload(() => useCases.deleteZone(input)),
  createShippingMethod: (_, { input }) => methodPayload(() => useCases.createMethod(input)),
  updateShippingMethod: (_, { input }) => methodPayload(() => useCases.updateMethod(input)),
  deleteShippingMethod: (_, { input }) => deletePayload(() => useCases.deleteMethod(input)),
});
