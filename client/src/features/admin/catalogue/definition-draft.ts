import type { AttributeDefinitionInput, AttributeType } from '../../../generated/schema.js';
import type { DefinitionFragment } from './Definition.generated.js';

/** A property of a category's products as the form holds it, all as text. */
export interface DefinitionDraft {
  /** Identifies the row. */
  readonly id: number;
  /** The key that products use, once it exists; a new label does not change it. */
  readonly name?: string;
  readonly label: string;
  readonly type: AttributeType;
  readonly unit: string;
  /** The values of a CHOICE, one per line, because a value may contain a comma. */
  readonly options: string;
}

export const TYPE_WORDS: Readonly<Record<AttributeType, string>> = {
  TEXT: 'Any text',
  NUMBER: 'A number',
  BOOLEAN: 'Yes or no',
  CHOICE: 'One of a list',
};

/** Existing properties, for editing. */
export const toDrafts = (definitions: readonly DefinitionFragment[]): DefinitionDraft[] =>
  definitions.map(({ name, label, type, unit, options }, id) => ({
    id,
    name,
    label,
    type,
    unit: unit ?? '',
    options: options.join('\n'),
  }));

/** The input to send; a new property's key is made from its label. */
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

/** "Küche & Bad" as `kuche-bad`, for addresses and filters. */
export const toKey = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
