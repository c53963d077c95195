import { type GraphQLLeafType, isEnumType } from 'graphql';
import { ExactNumber, writeJson } from '../json/exact-number.js';
import type { JsonWriter } from '../json/json-writer.js';

/** Writes a leaf value, or gives false, with nothing written, when the value is not one of the type. Never called with null. */
export type LeafWriter = (value: unknown, out: JsonWriter) => boolean;

/** From here on, JavaScript writes integers with an exponent. */
const MAX_PLAIN = 1e21;

const writeInt: LeafWriter = (value, out) => {
  if (Number.isInteger(value) && Math.abs(value as number) < MAX_PLAIN) return written(String(value), out);
  return value instanceof ExactNumber && written(exactInteger(value), out);
};
const writeFloat: LeafWriter = (value, out) => {
  if (typeof value === 'number' && Number.isFinite(value)) return written(String(value), out);
  return value instanceof ExactNumber && written(value.text, out);
};
const writeString: LeafWriter = (value, out) => {
  if (typeof value !== 'string') return false;
  out.string(value);
  return true;
};
const writeId: LeafWriter = (value, out) =>
  typeof value === 'string' ? writeString(value, out) : writeInt(value, out);
const writeBoolean: LeafWriter = (value, out) => {
  if (typeof value !== 'boolean') return false;
  out.bytes(value ? TRUE : FALSE);
  return true;
};
const writeAnything: LeafWriter = (value, out) => written(writeJson(value), out);

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

function written(text: string, out: JsonWriter): boolean {
  if (text === '') return false;
  out.text(text);
  return true;
}

/** An integer stays as it is; another way to write one (1.0, 1e3, -0) becomes one that every client reads as such. */
function exactInteger({ text }: ExactNumber): string {
  if (/^-?[1-9]\d*$/.test(text)) return text;
  const value = Number(text);
  return Number.isSafeInteger(value) ? String(value) : '';
}

/** The checks are those of Apollo's gateway: what a subgraph sends is passed on, wrong kinds and unknown enum values are not. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, Buffer.from(`"${name}"`)]));
    return (value, out) => {
      const text = texts.get(value as string);
      if (text) out.bytes(text);
      return text !== undefined;
    };
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
