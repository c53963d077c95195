import type { OrderStatus } from '../../../generated/schema.js';
import type { UserErrorLike } from '../../../lib/forms.js';
import type { AdminBoardQuery } from './AdminBoard.generated.js';
import { useAdminCancelOrderMutation } from './AdminCancelOrder.generated.js';
import { useAdminMoveOrderMutation } from './AdminMoveOrder.generated.js';
import { placeOrder } from './board.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';
import { BOARD } from './use-board.js';
import type { ApolloCache } from '@apollo/client';

const place = (cache: ApolloCache, order: BoardOrderFragment | null | undefined) =>
  order && cache.updateQuery<AdminBoardQuery>(BOARD, (board) => board && placeOrder(board, order));

/**
 * Moves an order on the screen at once. If the shop refuses or cannot be reached, Apollo drops the optimistic layer and the
 * order returns to its place.
 */
export function useMoveOrder() {
  const [move] = useAdminMoveOrderMutation();
  const [cancel] = useAdminCancelOrderMutation();
  return async (
    order: BoardOrderFragment,
    status: OrderStatus,
    note: string,
  ): Promise<readonly UserErrorLike[]> => {
    const moved = {
      ...order,
      __typename: 'Order' as const,
      status,
      allowedTransitions: [],
      updatedAt: new Date(Math.max(Date.now(), Date.parse(order.updatedAt) + 1)).toISOString(),
    };
    const text = note.trim() || null;
    if (status === 'CANCELLED') {
      const { data } = await cancel({
        variables: { input: { orderId: order.id, reason: text } },
        optimisticResponse: {
          cancelOrder: { __typename: 'OrderPayload', order: moved, userErrors: [] },
        } as never,
        update: (cache, { data: answer }) => void place(cache, answer?.cancelOrder.order),
      });
      return data?.cancelOrder.userErrors ?? [];
    }
    const { data } = await move({
      variables: { input: { orderId: order.id, status, note: text } },
      optimisticResponse: {
        updateOrderStatus: { __typename: 'OrderPayload', order: moved, userErrors: [] },
      } as never,
      update: (cache, { data: answer }) => void place(cache, answer?.updateOrderStatus.order),
    });
    return data?.updateOrderStatus.userErrors ?? [];
  };
}
