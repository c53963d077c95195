import { refusable, requireUser } from '@cartograph/kit';
import { toMoneyOutput } from '@cartograph/money';
import { CartAlreadyOrdered, PriceChanged } from '../domain/checkout.js';
import type { Order } from '../domain/order.js';
import type { MutationResolvers } from '../generated/graphql.js';
import type { MoveOrder } from '../use-cases/move-order.js';
import type { PlaceOrder } from '../use-cases/place-order.js';

interface Deps {
  readonly placing: Pick<PlaceOrder, 'placeOrder'>;
  readonly moving: MoveOrder;
}

export function createMutationResolvers({ placing, moving }: Deps): MutationResolvers {
  return {
    checkout: async (_, { input }, { identity }) => {
      let currentTotal = null;
      let existingOrder: Order | undefined;
      const payload = await refusable({ order: null }, async () => {
        try {
          return { order: await placing.placeOrder(requireUser(identity), input) };
        } catch (error) {
          if (error instanceof PriceChanged) currentTotal = toMoneyOutput(error.currentTotal);
          if (error instanceof CartAlreadyOrdered) existingOrder = error.order;
          throw error;
        }
      });
      return { ...payload, currentTotal, existingOrder: existingOrder ?? null };
    },
    cancelOrder: (_, { input }, { identity }) =>
      refusable({ order: null }, async () => ({
        order: await moving.cancel(requireUser(identity), input),
      })),
    updateOrderStatus: (_, { input }, { identity }) =>
      refusable({ order: null }, async () => ({
        order: await moving.updateStatus(requireUser(identity), input),
      })),
  };
}
