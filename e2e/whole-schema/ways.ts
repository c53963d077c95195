import { getNamedType, isObjectType, isRequiredArgument, type GraphQLSchema } from 'graphql';
import type { PopulatedShop } from './populated-shop.js';
import { objectTypes } from './schema-walk.js';

/** The way to an object of each type; objects that belong to a person are the customer's. */
export const pathsIn = ({ ids }: PopulatedShop): Record<string, (selection: string) => string> => {
  const user = (selection: string) => `user(id: "${ids.User}") { ${selection} }`;
  const order = (selection: string) => `order(id: "${ids.Order}") { ${selection} }`;
  return {
    User: user,
    UserSession: (it) => user(`sessions { ${it} }`),
    SecurityEvent: (it) => user(`securityEvents { nodes { ${it} } }`),
    Notification: (it) => user(`notifications { nodes { ${it} } }`),
    Cart: (it) => user(`cart { ${it} }`),
    ShippingOption: (it) => user(`cart { shippingOptions(country: "CH") { ${it} } }`),
    Order: order,
    OrderEvent: (it) => order(`history { ${it} }`),
    Payment: (it) => order(`payment { ${it} }`),
    PaymentAttempt: (it) => order(`payment { attempts { ${it} } }`),
    Product: (it) => `product(id: "${ids.Product}") { ${it} }`,
    Category: (it) => `categories { ${it} }`,
    UserConnection: (it) => `users { ${it} }`,
    Webhook: (it) => `webhooks { ${it} }`,
    WebhookDelivery: (it) => `webhooks { deliveries { nodes { ${it} } } }`,
    Coupon: (it) => `coupons { nodes { ${it} } }`,
    ShippingZone: (it) => `shippingZones { ${it} }`,
    ShippingArea: (it) => `shippingZones { areas { ${it} } }`,
    ShippingMethod: (it) => `shippingZones { methods { ${it} } }`,
    ShippingRate: (it) => `shippingZones { methods { rates { ${it} } } }`,
    DeadLetter: (it) => `deadLetters { ${it} }`,
  };
};

/** The way to every type that can be read: for those without a way of their own, a field of the nearest that has one. */
export function waysToAll(
  api: GraphQLSchema,
  shop: PopulatedShop,
): Map<string, (selection: string) => string> {
  const ways = new Map<string, (selection: string) => string>([
    ...Object.entries(pathsIn(shop)),
    ['Query', (it) => it],
  ]);
  for (const [name, way] of ways) {
    const type = objectTypes(api).find((one) => one.name === name)!;
    for (const field of Object.values(type.getFields())) {
      const target = getNamedType(field.type);
      if (!isObjectType(target) || ways.has(target.name) || field.args.some(isRequiredArgument)) continue;
      ways.set(target.name, (it) => way(`${field.name} { ${it} }`));
    }
  }
  ways.delete('Query');
  return ways;
}
