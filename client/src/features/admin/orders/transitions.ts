import type { OrderStatus } from '../../../generated/schema.js';

/** What the button says that moves an order to a status. */
export const TRANSITION_LABELS: Record<OrderStatus, string> = {
  PENDING: 'Put back',
  PROCESSING: 'Accept',
  SHIPPED: 'Ship',
  DELIVERED: 'Mark delivered',
  CANCELLED: 'Cancel',
};
