import { MAX_DEPTH, type AttributeDefinition, type AttributeType, type CategoryTree } from './category.js';
import { readText, type Faults } from '../refusals.js';
import { ATTRIBUTE_NAME, fitsDefinition, MAX_ATTRIBUTES } from '../products/product-input.js';
import { printable } from '../text.js';

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export interface DefinitionInput {
  readonly name: string;
  readonly label?: string | null | undefined;
  readonly type?: AttributeType | undefined;
  readonly unit?: string | null | undefined;
  readonly options?: readonly string[] | null | undefined;
}

export interface CategoryInput {
  readonly slug: string;
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parent?: string | null | undefined;
  readonly attributes?: readonly DefinitionInput[] | null | undefined;
}

/** Reads a new category; its path and position are the store's to give. */
export function readCategoryInput(faults: Faults, input: CategoryInput, tree: CategoryTree) {
  const slug = input.slug.trim();
  if (!SLUG.test(slug)) faults.add(['slug'], 'The slug needs 1 to 64 lower-case letters, digits and "-".');
  const parent = readParent(faults, input.parent, tree);
  if (parent !== null && tree.pathOf(parent).length >= MAX_DEPTH)
    faults.add(['parent'], `Categories may be nested ${MAX_DEPTH} deep.`);
  return {
    slug,
    name: readName(faults, input.name),
    description: readDescription(faults, input.description ?? ''),
    parent,
    attributes: readDefinitions(faults, input.attributes ?? []),
  };
}

function readDefinitions(faults: Faults, inputs: readonly DefinitionInput[]): AttributeDefinition[] {
  if (inputs.length > MAX_ATTRIBUTES)
    faults.add(['attributes'], `A category may define ${MAX_ATTRIBUTES} attributes, got ${inputs.length}.`);
  const seen = new Set<string>();
  return inputs.slice(0, MAX_ATTRIBUTES).map((attribute, index): AttributeDefinition => {
    const field = ['attributes', String(index)];
    if (seen.has(attribute.name))
      faults.add([...field, 'name'], `The attribute "${printable(attribute.name)}" is given twice.`);
    seen.add(attribute.name);
    if (!ATTRIBUTE_NAME.test(attribute.name))
      faults.add(
        [...field, 'name'],
        'An attribute’s name needs a letter, then up to 39 letters, digits or "-".',
      );
    const options = (attribute.options ?? []).slice(0, 200);
    const type = attribute.type ?? 'TEXT';
    if (type === 'CHOICE' && options.length === 0)
      faults.add([...field, 'options'], 'A CHOICE needs its options.');
    return {
      name: attribute.name,
      label: readText(faults, [...field, 'label'], 'The label', attribute.label ?? attribute.name, {
        max: 100,
      }),
      type,
      unit: attribute.unit
        ? readText(faults, [...field, 'unit'], 'The unit', attribute.unit, { max: 20 })
        : null,
      options:
        type === 'CHOICE'
          ? options.map((option) =>
              readText(faults, [...field, 'options'], 'An option', option, { max: 200 }),
            )
          : [],
    };
  });
}

export type CategoryChanges = Partial<Pick<CategoryInput, 'description' | 'attributes'>> & {
  readonly name?: string | null | undefined;
};

/** Reads what is new about a category: what is absent stays, null clears what a category can be without. */
export function readCategoryChanges(faults: Faults, { name, description, attributes }: CategoryChanges) {
  if (name === null)
    faults.add(['name'], 'A category needs a name: null cannot clear it. To keep it, leave it out.');
  return {
    ...(name != null && { name: readName(faults, name) }),
    ...(description !== undefined && { description: readDescription(faults, description ?? '') }),
    ...(attributes !== undefined && { attributes: readDefinitions(faults, attributes ?? []) }),
  };
}

/**
 * Refuses a definition that products contradict: their next change would fail for what nobody touched.
 * @param values how many products have each value of it
 */
export function refuseMisfits(
  faults: Faults,
  index: number,
  definition: AttributeDefinition,
  values: ReadonlyMap<string, number>,
): void {
  const misfits = [...values].filter(([value]) => !fitsDefinition(value, definition));
  if (misfits.length === 0) return;
  const some = misfits.slice(0, 5).map(([value, count]) => `"${printable(value)}" (${count})`);
  const list = [...some, ...(misfits.length > some.length ? ['more'] : [])].join(', ');
  const isChoice = definition.type === 'CHOICE';
  faults.add(
    ['attributes', String(index), isChoice ? 'options' : 'type'],
    isChoice
      ? `Products have other values: ${list}. Keep these in the list, or change the products first.`
      : `Products have values that are none of that type: ${list}. Change these first.`,
  );
}

/** The slug of a category that is there, or null for the top. */
export function readParent(
  faults: Faults,
  value: string | null | undefined,
  tree: CategoryTree,
): string | null {
  const parent = value?.trim() || null;
  if (parent !== null && !tree.get(parent))
    faults.add(['parent'], `There is no category "${printable(parent)}".`, 'CATEGORY_NOT_FOUND');
  return parent;
}

const readName = (faults: Faults, value: string) =>
  readText(faults, ['name'], 'The name', value, { max: 100 });
const readDescription = (faults: Faults, value: string) =>
  readText(faults, ['description'], 'The description', value, { min: 0, max: 1_000, multiline: true });
