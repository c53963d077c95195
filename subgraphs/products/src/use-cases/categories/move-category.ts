import { MAX_DEPTH, type Category } from '../../domain/categories/category.js';
import { readParent } from '../../domain/categories/category-input.js';
import { createRefusals } from '../../domain/refusals.js';
import { changeCategory, changeTree, findCategory, type Deps } from './change-category.js';

export interface MoveCategory {
  readonly slug: string;
  readonly parent?: string | null | undefined;
  readonly position?: number | null | undefined;
}

export const moveCategory = (deps: Deps, input: MoveCategory): Promise<Category> =>
  changeTree(deps, async (tree) => {
    const category = findCategory(tree, input.slug);
    const refusals = createRefusals();
    const parent = input.parent === undefined ? category.parent : readParent(refusals, input.parent, tree);
    const below = tree.below(category.slug);
    const height = Math.max(...below.map(({ path }) => path.length)) - category.path.length;
    if (parent !== null && below.some(({ slug }) => slug === parent))
      refusals.add(['parent'], `"${category.name}" cannot be moved into itself or one of its subcategories.`);
    else if (tree.pathOf(parent ?? '').length + 1 + height > MAX_DEPTH)
      refusals.add(['parent'], `Categories can be nested at most ${MAX_DEPTH} levels deep.`);
    if (input.position != null && input.position < 0)
      refusals.add(['position'], `The position must be 0 or greater, got ${input.position}.`);
    refusals.throwIfAny();

    const siblings = (parent === null ? tree.top : tree.childrenOf(parent)).filter(
      ({ slug }) => slug !== category.slug,
    );
    const place = Math.min(input.position ?? siblings.length, siblings.length);
    for (const [position, sibling] of siblings.toSpliced(place, 0, category).entries())
      if (sibling !== category && sibling.position !== position)
        await deps.catalogue.changeCategory(sibling.slug, { position });
    return changeCategory(deps, category.slug, { parent, position: place });
  });
