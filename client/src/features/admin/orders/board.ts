import type { OrderStatus } from '../../../generated/schema.js';
import type { AdminBoardQuery } from './AdminBoard.generated.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';

export const STATUSES = [
  'PENDING',
  'PROCESSING',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
] as const satisfies readonly OrderStatus[];

type Column = NonNullable<AdminBoardQuery['PENDING']>;

/** This order's card on the board, if it has one. */
export function findOrder(board: AdminBoardQuery, id: string): BoardOrderFragment | undefined {
  for (const status of STATUSES) {
    const found = board[status]?.edges.find(({ node }) => node.id === id);
    if (found) return found.node;
  }
  return undefined;
}

/** Of two orders of one moment the shop's lists have that with the greater id first. */
function isBefore(one: BoardOrderFragment, other: BoardOrderFragment): boolean {
  const between = Date.parse(one.placedAt) - Date.parse(other.placedAt);
  return between < 0 || (between === 0 && one.id < other.id);
}

/**
 * The board with the order in the column of its status, the newest first. Doing it twice changes nothing more; an
 * order that the board knows in a newer state stays as it is, because events repeat after a reconnection.
 */
export function placeOrder(board: AdminBoardQuery, order: BoardOrderFragment): AdminBoardQuery {
  const known = findOrder(board, order.id);
  if (known && Date.parse(known.updatedAt) > Date.parse(order.updatedAt)) return board;
  const next = { ...board };
  for (const status of STATUSES) {
    const column = board[status];
    if (!column) continue;
    const edges = column.edges.filter(({ node }) => node.id !== order.id);
    const wasHere = edges.length < column.edges.length;
    if (status === order.status) {
      const at = edges.findIndex(({ node }) => isBefore(node, order));
      const edge = { __typename: 'OrderEdge', cursor: order.id, node: order } as Column['edges'][number];
      next[status] = {
        ...column,
        edges: at < 0 ? [...edges, edge] : edges.toSpliced(at, 0, edge),
        totalCount: column.totalCount + (wasHere ? 0 : 1),
      };
    } else if (wasHere) {
      next[status] = { ...column, edges, totalCount: column.totalCount - 1 };
    }
  }
  return next;
}
