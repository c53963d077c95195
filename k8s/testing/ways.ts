export const SERVICES = [
  'gateway',
  'users',
  'products',
  'cart',
  'orders',
  'payments',
  'notifications',
  'pricing',
  'shipping',
];

/** Whom each service may call, besides DNS. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  gateway: [
    'users',
    'products',
    'cart',
    'orders',
    'payments',
    'notifications',
    'pricing',
    'shipping',
    'redis',
    'traces',
  ],
  users: ['postgres', 'redis', 'rabbitmq', 'traces'],
  products: ['mongodb', 'redis', 'rabbitmq', 'traces'],
  cart: ['products', 'pricing', 'redis', 'rabbitmq', 'traces'],
  orders: ['products', 'cart', 'pricing', 'payments', 'postgres', 'redis', 'rabbitmq', 'traces'],
  payments: ['orders', 'postgres', 'redis', 'rabbitmq', 'traces'],
  notifications: ['postgres', 'redis', 'rabbitmq', 'traces', 'mail', 'webhooks'],
  pricing: ['postgres', 'redis', 'rabbitmq', 'traces'],
  shipping: ['postgres', 'redis', 'rabbitmq', 'traces'],
  'users-migration': ['postgres'],
  'products-migration': ['mongodb'],
  'orders-migration': ['postgres'],
  'payments-migration': ['postgres'],
  'notifications-migration': ['postgres'],
  'pricing-migration': ['postgres'],
  'shipping-migration': ['postgres'],
  'stock-audit': ['mongodb'],
};
const EVERYWHERE = {
  traces: ['monitoring:4318'],
  webhooks: ['the internet:443', 'the internet:465', 'the internet:587'],
};
const PLACES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  local: {
    ...EVERYWHERE,
    postgres: ['postgres:postgres'],
    mongodb: ['mongodb:mongodb'],
    redis: ['redis:redis'],
    rabbitmq: ['rabbitmq:amqp'],
    mail: ['mailpit:smtp'],
  },
  production: {
    ...EVERYWHERE,
    postgres: ['10.0.0.0/8:5432'],
    mongodb: ['10.0.0.0/8:27017'],
    redis: ['10.0.0.0/8:6379'],
    rabbitmq: ['10.0.0.0/8:5671'],
    mail: [],
  },
};

/** Exactly what the network must allow. */
export function neededWays(overlay: string): string[] {
  const stores = overlay === 'local' ? ['postgres', 'mongodb', 'redis', 'rabbitmq', 'mailpit'] : [];
  return [
    'ingress-nginx → gateway:http',
    // Through the NodePort.
    ...(overlay === 'local' ? ['0.0.0.0/0 → gateway:http'] : []),
    ...SERVICES.map((service) => `monitoring → ${service}:${service === 'gateway' ? 'internal' : 'http'}`),
    ...[...Object.keys(CALLS), ...stores].map((each) => `${each} → kube-system:53`),
    ...Object.entries(CALLS).flatMap(([caller, called]) =>
      called
        .flatMap((each) => PLACES[overlay]![each] ?? [`${each}:http`])
        .map((place) => `${caller} → ${place}`),
    ),
  ].sort();
}
