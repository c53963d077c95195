import { readFileSync } from 'node:fs';

export const federation2Text = (name) =>
  readFileSync(new URL(`./subgraphs/${name}.graphql`, import.meta.url), 'utf8');

const owns = (name, type) => (type === 'User' ? name === 'accounts' : name === 'products');

/** As federation 1 has it, which Mercurius' gateway knows: no @link nor @shareable, and other services' types are extended. */
export function federation1Text(name) {
  return federation2Text(name)
    .replace(' @shareable', '')
    .replace(/extend schema[\s\S]*?\n\n/, '')
    .replace(/^type (Product|User) @key/gm, (match, type) =>
      owns(name, type) ? match : `extend type ${type} @key`,
    )
    .replace(/(extend type \w+ @key\(fields: "\w+"\) \{\n {2}\w+: \w+!)/g, '$1 @external')
    .replace('type Query', 'extend type Query');
}
