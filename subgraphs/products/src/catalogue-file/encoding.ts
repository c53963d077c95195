import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { CatalogueFileError } from './file-error.js';
import type { FileSource } from './file-source.js';
import { createWesternCheck } from './western-text.js';

export const SAVE_AS_UTF8 =
  'Save it as UTF-8: in Excel as "CSV UTF-8 (Comma delimited)", in LibreOffice with the character set "Unicode (UTF-8)", in ' +
  'Numbers as CSV with the encoding "Unicode (UTF-8)".';
const SAVE_AS_CSV =
  'Open it in the program that made it and save the table as CSV: in Excel with "Save As", "CSV UTF-8 (Comma delimited)", in ' +
  'LibreOffice with "Save As", "Text CSV", in Numbers with "Export To", "CSV".';

const MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** How files begin that people rename to .csv, as Latin-1. */
const OTHER_FILES: readonly (readonly [what: string, ...begins: string[]])[] = [
  ['a workbook, such as .xlsx, .ods or .numbers,', 'PK\x03\x04'],
  ['an old Excel workbook (.xls),', '\xD0\xCF\x11\xE0'],
  ['a PDF,', '%pdf-'],
  ['a compressed file,', '\x1F\x8B', '7z\xBC\xAF', 'rar!', 'bzh'],
  ['a picture,', '\x89png', '\xFF\xD8\xFF', 'gif8'],
  ['a text document (RTF),', '{\\rtf'],
  ['a web page,', '<!doctype html', '<html', '<table', '<head', '<meta'],
  ['an XML file,', '<?xml'],
];

/**
 * The character set of a file: by its byte order mark, by the NULs of UTF-16, UTF-8 if all bytes are valid, or Windows-1252
 * if the text that results is one that Western languages write.
 * @param named what the person says it is; then nothing is guessed
 * @throws CatalogueFileError for files that are not text, and for character sets that cannot be told apart
 */
export async function detectEncoding(source: FileSource, named?: string): Promise<string> {
  const start = await firstBytes(source, 1024);
  const text = start
    .toString('latin1')
    .replace(/^\xEF\xBB\xBF/, '')
    .trimStart()
    .toLowerCase();
  const other = OTHER_FILES.find(([, ...begins]) =>
    begins.some((begin) => text.startsWith(begin.toLowerCase())),
  )?.[0];
  if (other)
    throw new CatalogueFileError(source.name, undefined, `This is ${other} not a text file. ${SAVE_AS_CSV}`);
  if (named !== undefined) {
    if (iconv.encodingExists(named)) return named;
    throw new CatalogueFileError(
      source.name,
      undefined,
      `The character set "${named}" is not known. Examples: utf-8, utf-16le, windows-1252, windows-1250, macintosh.`,
    );
  }
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, index) => start[index] === byte))?.[0];
  if (mark === 'UTF-32')
    throw new CatalogueFileError(
      source.name,
      undefined,
      `The file is UTF-32, which no spreadsheet writes. ${SAVE_AS_UTF8}`,
    );
  if (mark?.startsWith('utf-16')) return mark;
  // A header begins with a letter or a quote of ASCII, so half of the first two bytes is a NUL.
  if (mark === undefined && start.length >= 2 && (start[0] === 0) !== (start[1] === 0))
    return start[1] === 0 ? 'utf-16le' : 'utf-16be';
  const invalid = await firstInvalidUtf8(source);
  if (invalid === undefined) return 'utf-8';
  const isDamagedUtf8 = mark !== undefined || invalid.hasOtherLetters || invalid.isCutOff;
  if (!isDamagedUtf8) {
    const check = createWesternCheck();
    const decoder = iconv.getDecoder('windows-1252');
    for await (const bytes of source.bytes()) check.add(decoder.write(Buffer.from(bytes)));
    if (check.isWestern()) return 'windows-1252';
  }
  throw new CatalogueFileError(
    source.name,
    await lineAt(source, invalid.offset),
    `The file is not UTF-8: the byte 0x${invalid.byte.toString(16).toUpperCase()} is not valid. ` +
      (isDamagedUtf8
        ? 'The rest is, so the file is damaged or cut off. '
        : 'Read as Windows-1252, the text would contain characters that no Western language writes like this, so it is in another character set. ') +
      SAVE_AS_UTF8,
  );
}

async function firstBytes(source: FileSource, count: number): Promise<Buffer> {
  let start = Buffer.alloc(0);
  for await (const bytes of source.bytes()) {
    start = Buffer.concat([start, bytes]);
    if (start.length >= count) break;
  }
  return start.subarray(0, count);
}

interface InvalidUtf8 {
  readonly offset: number;
  readonly byte: number;
  /** Whether there are letters beyond ASCII before it, all of which are valid. */
  readonly hasOtherLetters: boolean;
  /** Whether the file ends with it, and it begins a letter. */
  readonly isCutOff: boolean;
}

/** Where the bytes stop being UTF-8. */
async function firstInvalidUtf8(source: FileSource): Promise<InvalidUtf8 | undefined> {
  let carried = Buffer.alloc(0);
  let offset = 0;
  let hasOtherLetters = false;
  const invalidIn = (bytes: Buffer, isEnd: boolean): InvalidUtf8 => {
    const valid = bytes.toString('utf8').split('\uFFFD', 1)[0]!;
    const good = Buffer.byteLength(valid);
    const byte = bytes[good]!;
    return {
      offset: offset + good,
      byte,
      hasOtherLetters: hasOtherLetters || good > valid.length,
      isCutOff: isEnd && good === bytes.length - 1 && byte >= 0xc2 && byte <= 0xdf,
    };
  };
  for await (const chunk of source.bytes()) {
    const bytes = Buffer.concat([carried, chunk]);
    // The last character may continue in the next chunk. Its first byte is one of the last four.
    let end = bytes.length;
    while (end > 0 && end > bytes.length - 4 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
    end = Math.max(0, end - 1);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) return invalidIn(whole, false);
    hasOtherLetters ||= !isAscii(whole);
    carried = bytes.subarray(end);
    offset += end;
  }
  return isUtf8(carried) ? undefined : invalidIn(carried, true);
}

/** The line of a byte, from 1, whatever the line ends are. */
async function lineAt(source: FileSource, offset: number): Promise<number> {
  let [line, seen, last] = [1, 0, 0];
  for await (const bytes of source.bytes())
    for (const byte of bytes) {
      if (seen++ >= offset) return line;
      if (byte === 0x0d || (byte === 0x0a && last !== 0x0d)) line++;
      last = byte;
    }
  return line;
}
