import type { AttributeDefinition } from '../categories/category.js';
import { type Refusals } from '../refusals.js';
import { fold } from '../search/fold.js';
import { printable } from '@cartograph/kit/text';
import type { Attribute } from './product.js';

export const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
const DECIMAL = /^-?\d{1,12}(\.\d{1,6})?$/;
export const MAX_ATTRIBUTES = 50;

export interface AttributeInput {
  readonly name: string;
  readonly value: string;
}

/** Reads all attributes of a product. Values of defined attributes must match their types. */
export function readAttributes(
  refusals: Refusals,
  inputs: readonly AttributeInput[],
  definitions: readonly AttributeDefinition[],
): Attribute[] {
  if (inputs.length > MAX_ATTRIBUTES) {
    refusals.add(
      ['attributes'],
      `A product may have at most ${MAX_ATTRIBUTES} attributes, got ${inputs.length}.`,
    );
    return [];
  }
  const seen = new Set<string>();
  return inputs.map((input, index) => {
    const field = ['attributes', String(index)];
    const name = input.name.trim();
    if (!ATTRIBUTE_NAME.test(name))
      refusals.add(
        [...field, 'name'],
        `An attribute name must be a letter followed by up to 39 letters, digits or "-", got "${printable(input.name)}".`,
      );
    if (seen.has(name)) refusals.add([...field, 'name'], `The attribute "${printable(name)}" appears twice.`);
    seen.add(name);
    const value = refusals.text([...field, 'value'], `The value of "${printable(name)}"`, input.value, {
      max: 200,
      isRequired: true,
    });
    const definition = definitions.find((candidate) => candidate.name === name);
    return {
      name,
      value: definition && value !== '' ? readTyped(refusals, [...field, 'value'], value, definition) : value,
    };
  });
}

/** Whether an existing value is one that `readTyped` accepts unchanged. */
export function fitsDefinition(value: string, { type, options }: AttributeDefinition): boolean {
  switch (type) {
    case 'TEXT':
      return true;
    case 'NUMBER':
      return DECIMAL.test(value);
    case 'BOOLEAN':
      return value === 'true' || value === 'false';
    case 'CHOICE':
      return options.includes(value);
  }
}

function readTyped(
  refusals: Refusals,
  field: readonly string[],
  value: string,
  { label, type, options }: AttributeDefinition,
): string {
  switch (type) {
    case 'TEXT':
      return value;
    case 'NUMBER':
      if (!DECIMAL.test(value))
        refusals.add(field, `${label} must be a number like 12.5, got "${printable(value)}".`);
      return value;
    case 'BOOLEAN': {
      const lower = value.toLowerCase();
      if (lower !== 'true' && lower !== 'false')
        refusals.add(field, `${label} must be true or false, got "${printable(value)}".`);
      return lower;
    }
    case 'CHOICE': {
      const option = options.find((candidate) => fold(candidate) === fold(value));
      if (option === undefined)
        refusals.add(field, `${label} must be one of ${options.join(', ')}; got "${printable(value)}".`);
      return option ?? value;
    }
  }
}
