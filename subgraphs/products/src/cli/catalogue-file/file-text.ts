import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { CatalogueFileError } from './file-error.js';

/** An import keeps all rows until every one is checked, so the file must fit into memory several times. */
const MAX_BYTES = 200_000_000;

const SAVE_AS_UTF8 =
  'Save it as UTF-8: in Excel as "CSV UTF-8 (Comma delimited)", in LibreOffice with the character set "Unicode (UTF-8)".';
const BYTE_ORDER_MARKS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/**
 * The text of a file, without a byte order mark and with `\n` as its only line end: csv-parse counts a CR LF inside quotes
 * as two lines, and accepts only one kind of line end per file.
 * @throws CatalogueFileError for anything but UTF-8, because a wrong guess would store wrong characters
 */
export async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_BYTES)
    throw new CatalogueFileError(
      file,
      undefined,
      `The file has ${size} bytes; at most ${MAX_BYTES} can be read. Split it.`,
    );
  const bytes = await readFile(file);
  for (const [name, mark] of BYTE_ORDER_MARKS)
    if (mark.every((byte, index) => bytes[index] === byte)) throw notUtf8(file, undefined, name);
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04')
    throw new CatalogueFileError(
      file,
      undefined,
      `This is a workbook, such as .xlsx, not a text file. ${SAVE_AS_UTF8}`,
    );
  if (!isUtf8(bytes)) {
    const { line, byte } = firstInvalidByte(bytes);
    throw notUtf8(file, line, 'Windows-1252 (cp1252) or another old character set', byte);
  }
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n');
  const at = text.search(/[\0\uFFFD]/);
  if (at < 0) return text;
  const line = lineAt(text, at);
  throw text[at] === '\0'
    ? new CatalogueFileError(
        file,
        line,
        `There is a NUL byte, which text never contains. The file may be UTF-16 or damaged. ${SAVE_AS_UTF8}`,
      )
    : new CatalogueFileError(
        file,
        line,
        'There is a "\uFFFD" (U+FFFD): a program read the text in the wrong character set and lost a character. Export it again as UTF-8.',
      );
}

function notUtf8(file: string, line: number | undefined, name: string, byte?: number): CatalogueFileError {
  const what = byte === undefined ? '' : ` The byte 0x${byte.toString(16).toUpperCase()} is not valid UTF-8.`;
  return new CatalogueFileError(
    file,
    line,
    `The file is not UTF-8; it looks like ${name}.${what} ${SAVE_AS_UTF8}`,
  );
}

/** The first byte that is not valid UTF-8, and its line. */
function firstInvalidByte(bytes: Buffer): { line: number; byte: number } {
  // Line by line, which is faster than decoding the whole file. The byte 0x0A is never part of another character.
  for (let start = 0; ;) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end < 0 ? bytes.length : end);
    if (!isUtf8(part)) {
      const good = Buffer.byteLength(part.toString('utf8').split('\uFFFD', 1)[0]!);
      const before = bytes.toString('latin1', 0, start + good).replace(/\r\n?/g, '\n');
      return { line: lineAt(before, before.length), byte: part[good]! };
    }
    start = end + 1;
  }
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;
