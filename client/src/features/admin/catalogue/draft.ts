import type { ProductAttributeInput, UpdateProductInput } from '../../../generated/schema.js';
import type { EditableProductFragment } from './EditableProduct.generated.js';

/** A product's fields as a form holds them, all as text. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: string;
  readonly imageUrl: string;
  readonly attributes: readonly ProductAttributeInput[];
}

export const FIELD_LABELS: Record<keyof Draft, string> = {
  name: 'Name',
  description: 'Description',
  category: 'Category',
  price: 'Price',
  imageUrl: 'Picture',
  attributes: 'Properties',
};

export const EMPTY_DRAFT: Draft = {
  name: '',
  description: '',
  category: '',
  price: '',
  imageUrl: '',
  attributes: [],
};

/** The field is empty for a picture that the shop drew, because that one cannot be edited. */
const isDrawn = ({ id, imageUrl, sku }: Pick<EditableProductFragment, 'id' | 'imageUrl' | 'sku'>): boolean =>
  [sku, id].some((name) => imageUrl?.endsWith(`/images/${name}.svg`));

/** `title` instead of `name`: the shop appends a variant's options to the name. */
export function toDraft(product: EditableProductFragment): Draft {
  return {
    name: product.title,
    description: product.description,
    category: product.category.slug,
    price: product.price.amount,
    imageUrl: isDrawn(product) ? '' : (product.imageUrl ?? ''),
    attributes: product.attributes.map(({ name, value }) => ({ name, value })),
  };
}

const asText = (value: Draft[keyof Draft]): string =>
  typeof value === 'string'
    ? value
    : [...value]
        .sort((a, b) => a.name.localeCompare(b.name))
        .map(({ name, value: text }) => `${name}: ${text}`)
        .join(', ');

/** Which fields differ, each as text for people. */
export function differences(from: Draft, to: Draft) {
  return (Object.keys(FIELD_LABELS) as (keyof Draft)[])
    .map((field) => ({ field, from: asText(from[field]), to: asText(to[field]) }))
    .filter((each) => each.from !== each.to);
}

/** Only the changed fields, so that a colleague's changes to other fields stay. */
export function toChanges(
  base: Draft,
  draft: Draft,
  currency: EditableProductFragment['price']['currency'],
): Omit<UpdateProductInput, 'productId' | 'version'> {
  const changed = new Set(differences(base, draft).map(({ field }) => field));
  return {
    ...(changed.has('name') && { name: draft.name }),
    ...(changed.has('description') && { description: draft.description }),
    ...(changed.has('category') && { category: draft.category }),
    ...(changed.has('price') && { price: { amount: draft.price.trim(), currency } }),
    ...(changed.has('imageUrl') && { imageUrl: draft.imageUrl.trim() || null }),
    ...(changed.has('attributes') && { attributes: filled(draft.attributes) }),
  };
}

/** Without properties that were left empty. */
export const filled = (attributes: readonly ProductAttributeInput[]): ProductAttributeInput[] =>
  attributes.filter(({ name, value }) => name.trim() !== '' && value.trim() !== '');

/**
 * The user's changes applied to what a colleague has saved: fields that the user did not touch take the colleague's values.
 * @param base the version that both started from
 */
export function rebase(base: Draft, mine: Draft, theirs: Draft): Draft {
  const touched = new Set(differences(base, mine).map(({ field }) => field));
  return Object.fromEntries(
    (Object.keys(FIELD_LABELS) as (keyof Draft)[]).map((field) => [
      field,
      touched.has(field) ? mine[field] : theirs[field],
    ]),
  ) as unknown as Draft;
}
