import type { AttributeDefinitionInput, AttributeType } from '../../../generated/schema.js';
import type { DefinitionFragment } from './Definition.generated.js';

/** A property of a category's products as the form holds it: all text. */
export interface DefinitionDraft {
  /** Only to tell the rows apart. */
  readonly id: number;
  /** The key that products know it by, once there is one: another label changes nothing about it. */
  readonly name?: string;
  readonly label: string;
  readonly type: AttributeType;
  readonly unit: string;
  /** Of a CHOICE, one a line: a comma may be part of one. */
  readonly options: string;
}

export const TYPE_WORDS: Readonly<Record<AttributeType, string>> = {
  TEXT: 'Any text',
  NUMBER: 'A number',
  BOOLEAN: 'Yes or no',
  CHOICE: 'One of a list',
};

/** Properties that are there, to be changed. */
export const toDrafts = (definitions: readonly DefinitionFragment[]): DefinitionDraft[] =>
  definitions.map(({ name, label, type, unit, options }, id) => ({
    id,
    name,
    label,
    type,
    unit: unit ?? '',
    options: options.join('\n'),
  }));

/** What is sent; a new one's key is made of the name that people read. */
export const toDefinition = ({
  name,
  label,
  type,
  unit,
  options,
}: DefinitionDraft): AttributeDefinitionInput => ({
  name: name ?? toKey(label),
  label: label.trim(),
  type,
  ...(type === 'NUMBER' && unit.trim() && { unit: unit.trim() }),
  ...(type === 'CHOICE' && { options: splitOptions(options) }),
});

const splitOptions = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
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
