import { type GraphQLLeafType, isEnumType } from 'graphql';
import { ExactNumber, writeJson } from './exact-number.js';
import { quote } from './json.js';

/** Writes a leaf value as JSON text, or gives '' when the value is not one of the type. Never called with null. */
export type LeafWriter = (value: unknown) => string;

const writeInt: LeafWriter = (value) =>
  Number.isInteger(value) ? String(value) : value instanceof ExactNumber ? exactInteger(value) : '';
const writeFloat: LeafWriter = (value) =>
  typeof value === 'number' && Number.isFinite(value)
    ? String(value)
    : value instanceof ExactNumber
      ? value.text
      : '';
const writeString: LeafWriter = (value) => (typeof value === 'string' ? quote(value) : '');
const writeId: LeafWriter = (value) => (typeof value === 'string' ? quote(value) : writeInt(value));
const writeBoolean: LeafWriter = (value) => (value === true ? 'true' : value === false ? 'false' : '');
const writeAnything: LeafWriter = (value) => writeJson(value);

/** An integer stays as it is; another way to write one (1.0, 1e3, -0) becomes one that every client reads as such. */
function exactInteger({ text }: ExactNumber): string {
  if (/^-?[1-9]\d*$/.test(text)) return text;
  const value = Number(text);
  return Number.isSafeInteger(value) ? String(value) : '';
}

/** The checks are those of Apollo's gateway: what a subgraph sends is passed on, wrong kinds and unknown enum values are not. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => texts.get(value as string) ?? '';
  }
  switch (type.name) {
    case 'Int':
      return writeInt;
    case 'Float':
      return writeFloat;
    case 'String':
      return writeString;
    case 'ID':
      return writeId;
    case 'Boolean':
      return writeBoolean;
    default:
      return writeAnything;
  }
}
