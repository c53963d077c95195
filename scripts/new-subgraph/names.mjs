// The names of a new subgraph and of its entity, in every spelling that the templates use.
const NAME = /^[a-z]{3,20}$/;

/** @typedef {Readonly<Record<'name' | 'Name' | 'NAME' | 'entity' | 'Entity' | 'port' | 'timestamp', string>>} Names */

/**
 * @param {{ name: string | undefined, entity?: string | undefined, port: number, now: Date }} given
 *   `name` in the plural, like `reviews`; `entity`: one of them, where dropping the s does not give it
 * @returns {Names}
 * @throws Error saying what was expected
 */
export function readNames({ name, entity, port, now }) {
  if (!name || !NAME.test(name))
    throw new Error(
      `Expected a plural of 3 to 20 small letters, like reviews; got ${name ? `"${name}"` : 'nothing'}.`,
    );
  const one = entity ?? singularOf(name);
  if (!one || !NAME.test(one) || one === name)
    throw new Error(
      `What is one of the ${name} called? Say so with --entity, in small letters: --entity review.`,
    );
  return {
    name,
    Name: capital(name),
    NAME: name.toUpperCase(),
    entity: one,
    Entity: capital(one),
    port: String(port),
    timestamp: String(now.getTime()),
  };
}

function singularOf(name) {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  return /[^s]s$/.test(name) ? name.slice(0, -1) : undefined;
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** Puts the names where a template says `__name__`, `__Entity__` and so on. */
export const fillIn = (template, names) =>
  template.replace(/__(name|Name|NAME|entity|Entity|port|timestamp)__/g, (_, key) => names[key]);

/**
 * Replaces the line `#common: A B` by the definitions of that name in schema/common.graphql, whose copies must be the
 * same word for word. `@access` names the directive.
 */
export function fillInCommon(sdl, common) {
  return sdl.replace(/^#common: (.*)$/m, (_, wanted) =>
    wanted
      .split(' ')
      .map((one) => {
        const declared = one.startsWith('@') ? `directive ${one}\\b` : `(?:type|enum|scalar|input) ${one}\\b`;
        const found = new RegExp(`^"[^\\n]*"\\n${declared}[^{\\n]*(?:\\{[^}]*\\})?`, 'm').exec(common);
        if (!found) throw new Error(`schema/common.graphql does not define ${one}.`);
        return found[0].trimEnd();
      })
      .join('\n\n'),
  );
}
