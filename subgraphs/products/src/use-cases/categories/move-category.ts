import { MAX_DEPTH, type Category } from '../../domain/categories/category.js';
import { readParent } from '../../domain/categories/category-input.js';
import { createFaults } from '../../domain/refusals.js';
import { changeCategory, changeTree, findCategory, type Deps } from './change-category.js';

export interface MoveCategory {
  readonly slug: string;
  readonly parent?: string | null | undefined;
  readonly position?: number | null | undefined;
}

export const moveCategory = (deps: Deps, input: MoveCategory): Promise<Category> =>
  changeTree(deps, async (tree) => {
    const category = findCategory(tree, input.slug);
    const faults = createFaults();
    const parent = input.parent === undefined ? category.parent : readParent(faults, input.parent, tree);
    const below = tree.below(category.slug);
    const height = Math.max(...below.map(({ path }) => path.length)) - category.path.length;
    if (parent !== null && below.some(({ slug }) => slug === parent))
      faults.add(['parent'], `"${category.name}" cannot stand in itself or below itself.`);
    else if (tree.pathOf(parent ?? '').length + 1 + height > MAX_DEPTH)
      faults.add(['parent'], `Categories may be nested ${MAX_DEPTH} deep.`);
    if (input.position != null && input.position < 0)
      faults.add(['position'], `A place counts from 0, got ${input.position}.`);
    faults.refuse();

    const siblings = (parent === null ? tree.top : tree.childrenOf(parent)).filter(
      ({ slug }) => slug !== category.slug,
    );
    const place = Math.min(input.position ?? siblings.length, siblings.length);
    for (const [position, sibling] of siblings.toSpliced(place, 0, category).entries())
      if (sibling !== category && sibling.position !== position)
        await deps.catalogue.changeCategory(sibling.slug, { position });
    return changeCategory(deps, category.slug, { parent, position: place });
  });
