import type { AttributeDefinitionInput, AttributeType } from '../../../generated/schema.js';

/** A property of a category's products as the form holds it: all text. */
export interface DefinitionDraft {
  /** Only to tell the rows apart. */
  readonly id: number;
  readonly label: string;
  readonly type: AttributeType;
  readonly unit: string;
  /** Of a CHOICE, divided by commas. */
  readonly options: string;
}

export const TYPE_WORDS: Readonly<Record<AttributeType, string>> = {
  TEXT: 'Any text',
  NUMBER: 'A number',
  BOOLEAN: 'Yes or no',
  CHOICE: 'One of a list',
};

/** What is sent; the key is made of the name that people read. */
export const toDefinition = ({ label, type, unit, options }: DefinitionDraft): AttributeDefinitionInput => ({
  name: toKey(label),
  label: label.trim(),
  type,
  ...(type === 'NUMBER' && unit.trim() && { unit: unit.trim() }),
  ...(type === 'CHOICE' && { options: splitOptions(options) }),
});

const splitOptions = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((option) => option.trim())
      .filter(Boolean),
  ),
];

/** "Küche & Bad" as `kuche-bad`: what addresses and filters are made of. */
export const toKey = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
