import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kind, parse, print, visit, type DefinitionNode } from 'graphql';

const clientFolder = fileURLToPath(new URL('../../client/src', import.meta.url));

/** Every operation and fragment of the storefront, by name. */
const definitions = new Map(
  readdirSync(clientFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .flatMap((file) => parse(readFileSync(join(clientFolder, file), 'utf8')).definitions)
    .flatMap((definition): [string, DefinitionNode][] =>
      'name' in definition && definition.name ? [[definition.name.value, definition]] : [],
    ),
);

/** An operation as the storefront sends it, with the fragments it spreads. */
export function storefrontOperation(name: string): string {
  const needed = new Set<string>();
  const collect = (wanted: string): void => {
    const definition = definitions.get(wanted);
    if (!definition) throw new Error(`The storefront has no operation or fragment called ${wanted}.`);
    if (needed.has(wanted)) return;
    needed.add(wanted);
    visit(definition, { [Kind.FRAGMENT_SPREAD]: (spread) => collect(spread.name.value) });
  };
  collect(name);
  return [...needed].map((part) => print(definitions.get(part)!)).join('\n');
}

/** All that a board of orders could show of each: more joins than the storefront's own board has. */
export const ordersBoard = `query ($first: Int!) {
  orders(first: $first) {
    totalCount
    nodes {
      id number status placedAt allowedTransitions
      total { amount currency }
      customer { id name email }
      items { name quantity product { id sku imageUrl availability { quantity } } }
      history { type status occurredAt actor { type user { id name } } }
      payment { id status failureReason canRetry refunds { id } attempts { number status } }
    }
  }
}`;

/** What a person has, in one question to four services. */
export const everythingOfMine = `query ($first: Int!) {
  me {
    id name
    cart { items { quantity product { id name price { amount } category { name path { name } } } } }
    orders(first: $first) {
      nodes { id customer { id name } items { name product { id name attributes { name value } } } payment { id status } }
    }
    notifications(first: $first) { nodes { id subject } }
  }
}`;
