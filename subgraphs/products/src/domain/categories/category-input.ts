import { MAX_DEPTH, type AttributeDefinition, type AttributeType, type CategoryTree } from './category.js';
import { type Refusals } from '../refusals.js';
import { ATTRIBUTE_NAME, fitsDefinition, MAX_ATTRIBUTES } from '../products/attributes.js';
import { printable } from '@cartograph/kit/text';

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

/** Reads a new category. The store sets its path and position. */
export function readCategoryInput(refusals: Refusals, input: CategoryInput, tree: CategoryTree) {
  const slug = input.slug.trim();
  if (!SLUG.test(slug))
    refusals.add(
      ['slug'],
      `The slug must be 1 to 64 lower-case letters, digits or "-", starting and ending with a letter or digit; got "${printable(slug)}".`,
    );
  const parent = readParent(refusals, input.parent, tree);
  if (parent !== null && tree.pathOf(parent).length >= MAX_DEPTH)
    refusals.add(['parent'], `Categories can be nested at most ${MAX_DEPTH} levels deep.`);
  return {
    slug,
    name: readName(refusals, input.name),
    description: readDescription(refusals, input.description ?? ''),
    parent,
    attributes: readDefinitions(refusals, input.attributes ?? []),
  };
}

function readDefinitions(refusals: Refusals, inputs: readonly DefinitionInput[]): AttributeDefinition[] {
  if (inputs.length > MAX_ATTRIBUTES)
    refusals.add(
      ['attributes'],
      `A category may define at most ${MAX_ATTRIBUTES} attributes, got ${inputs.length}.`,
    );
  const seen = new Set<string>();
  return inputs.slice(0, MAX_ATTRIBUTES).map((attribute, index): AttributeDefinition => {
    const field = ['attributes', String(index)];
    if (seen.has(attribute.name))
      refusals.add([...field, 'name'], `The attribute "${printable(attribute.name)}" appears twice.`);
    seen.add(attribute.name);
    if (!ATTRIBUTE_NAME.test(attribute.name))
      refusals.add(
        [...field, 'name'],
        `An attribute name must be a letter followed by up to 39 letters, digits or "-", got "${printable(attribute.name)}".`,
      );
    const options = (attribute.options ?? []).slice(0, 200);
    const type = attribute.type ?? 'TEXT';
    if (type === 'CHOICE' && options.length === 0)
      refusals.add([...field, 'options'], 'An attribute of type CHOICE needs options.');
    return {
      name: attribute.name,
      label: refusals.text([...field, 'label'], 'The label', attribute.label ?? attribute.name, {
        max: 100,
        isRequired: true,
      }),
      type,
      unit: attribute.unit
        ? refusals.text([...field, 'unit'], 'The unit', attribute.unit, { max: 20, isRequired: true })
        : null,
      options:
        type === 'CHOICE'
          ? options.map((option) =>
              refusals.text([...field, 'options'], 'An option', option, { max: 200, isRequired: true }),
            )
          : [],
    };
  });
}

export type CategoryChanges = Partial<Pick<CategoryInput, 'description' | 'attributes'>> & {
  readonly name?: string | null | undefined;
};

/** Reads changes of a category. Absent fields keep their values; null clears optional ones. */
export function readCategoryChanges(refusals: Refusals, { name, description, attributes }: CategoryChanges) {
  if (name === null)
    refusals.add(
      ['name'],
      'A category must have a name, so it cannot be null. To keep the current one, omit the field.',
    );
  return {
    ...(name != null && { name: readName(refusals, name) }),
    ...(description !== undefined && { description: readDescription(refusals, description ?? '') }),
    ...(attributes !== undefined && { attributes: readDefinitions(refusals, attributes ?? []) }),
  };
}

/**
 * Refuses a definition that existing values do not match: the next change of such a product would fail because of an
 * attribute that the change does not touch.
 * @param values how many products have each value of it
 */
export function refuseMisfits(
  refusals: Refusals,
  index: number,
  definition: AttributeDefinition,
  values: ReadonlyMap<string, number>,
): void {
  const misfits = [...values].filter(([value]) => !fitsDefinition(value, definition));
  if (misfits.length === 0) return;
  const some = misfits.slice(0, 5).map(([value, count]) => `"${printable(value)}" (${count})`);
  const list = [...some, ...(misfits.length > some.length ? ['more'] : [])].join(', ');
  const isChoice = definition.type === 'CHOICE';
  refusals.add(
    ['attributes', String(index), isChoice ? 'options' : 'type'],
    isChoice
      ? `Products have values that are not among the options: ${list}. Keep these options, or change the products first.`
      : `Products have values that do not match the type: ${list}. Change the products first.`,
  );
}

/** The slug of an existing category, or null for the top level. */
export function readParent(
  refusals: Refusals,
  value: string | null | undefined,
  tree: CategoryTree,
): string | null {
  const parent = value?.trim() || null;
  if (parent !== null && !tree.get(parent))
    refusals.add(['parent'], `There is no category "${printable(parent)}".`, 'CATEGORY_NOT_FOUND');
  return parent;
}

const readName = (refusals: Refusals, value: string) =>
  refusals.text(['name'], 'The name', value, { max: 100, isRequired: true });
const readDescription = (refusals: Refusals, value: string) =>
  refusals.text(['description'], 'The description', value, { max: 1_000, allowsLines: true }) ?? '';
