/** Who changes an order: its customer, staff, or the shop itself. */
export type ActorType = 'CUSTOMER' | 'ADMIN' | 'SYSTEM';
