import type { NewProduct } from './product-input.js';
import type { Product } from './product.js';
import { fold } from '../search/words.js';
import { printable } from '../text.js';

/** A product as its group sees it. */
export type Member = Pick<NewProduct, 'sku' | 'title' | 'category' | 'variant' | 'attributes'> &
  Partial<Pick<Product, 'isArchived'>>;

interface GroupFault {
  readonly field: readonly string[];
  readonly message: string;
}

const optionNames = ({ variant }: Member): string[] => (variant?.options ?? []).toSorted();

/** "size M, colour Navy" */
const optionText = ({ variant, attributes }: Member): string =>
  (variant?.options ?? [])
    .map((option) => `${option} ${attributes.find(({ name }) => name === option)?.value ?? ''}`)
    .join(', ');

/** The group and the values of a variant's options: no two products on sale have the same. */
export function variantKey(member: Member): string | null {
  if (!member.variant || member.isArchived) return null;
  const values = optionNames(member).map((option) => [
    option,
    fold(member.attributes.find(({ name }) => name === option)?.value ?? ''),
  ]);
  return JSON.stringify([member.variant.group, values]);
}

/** Whether a change may be at odds with the siblings; of a price or a text it never is. */
export const concernsGroup = (changes: Partial<Product>): boolean =>
  'title' in changes ||
  'category' in changes ||
  'attributes' in changes ||
  'variant' in changes ||
  changes.isArchived === false;

/**
 * What keeps a product out of its group: all variants of a group have one name, one category and the same options, and
 * no two of them on sale have the same values. A name or category given to one that belongs to it already is given to all.
 * @param before the product as it was, if it is not new
 * @param siblings the other products of the group, archived ones included
 */
export function groupFaults(
  next: Member,
  before: Member | undefined,
  siblings: readonly Member[],
): GroupFault[] {
  if (!next.variant) return [];
  const group = `the group "${printable(next.variant.group)}"`;
  const isMember = before?.variant?.group === next.variant.group;
  const faults: GroupFault[] = [];
  if (!isMember) {
    const named = siblings.find(({ title }) => title !== next.title);
    if (named)
      faults.push({
        field: ['name'],
        message: `All variants of ${group} have one name: ${named.sku} is called "${printable(named.title, 200)}".`,
      });
    const filed = siblings.find(({ category }) => category !== next.category);
    if (filed)
      faults.push({
        field: ['category'],
        message: `All variants of ${group} have one category: ${filed.sku} is in "${filed.category}".`,
      });
  }
  const names = optionNames(next).join('\n');
  if (!isMember || optionNames(before!).join('\n') !== names) {
    const odd = siblings.find((sibling) => optionNames(sibling).join('\n') !== names);
    if (odd)
      faults.push({
        field: ['variant', 'options'],
        message: `All variants of ${group} have the same options: ${odd.sku} has ${odd.variant!.options.join(', ')}.`,
      });
  }
  const key = variantKey(next);
  if (key !== null && (!isMember || variantKey(before!) !== key)) {
    const equal = siblings.find((sibling) => variantKey(sibling) === key);
    if (equal)
      faults.push({
        field: ['attributes'],
        message: `${equal.sku} of ${group} has ${optionText(equal)} already: its variants must differ.`,
      });
  }
  return faults;
}
