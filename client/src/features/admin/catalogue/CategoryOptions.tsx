import type { Choice } from './use-categories.js';

/** The options of a list of categories, indented by depth. */
export function CategoryOptions({ choices }: { readonly choices: readonly Choice[] }) {
  return choices.map(({ slug, name, above }) => (
    <option key={slug} value={slug}>
      {'\u2003'.repeat(above.length)}
      {name}
    </option>
  ));
}
