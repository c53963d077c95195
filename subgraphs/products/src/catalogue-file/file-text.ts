import iconv from 'iconv-lite';
import { SAVE_AS_UTF8 } from './encoding.js';
import { CatalogueFileError } from './file-error.js';
import type { FileSource } from './file-source.js';

/**
 * The text of a file in pieces, without a byte order mark and with `\n` as its only line end: csv-parse counts a CR LF
 * inside quotes as two lines, and accepts only one kind of line end per file.
 * @throws CatalogueFileError if there is a character that text never contains
 */
export async function* readText(source: FileSource, encoding: string): AsyncGenerator<string> {
  // iconv-lite removes the byte order mark, and keeps characters whole that two chunks share.
  const decoder = iconv.getDecoder(encoding);
  let line = 1;
  let held = '';
  const pieces = async function* () {
    let size = 0;
    for await (const bytes of source.bytes()) {
      size += bytes.length;
      yield decoder.write(Buffer.from(bytes));
    }
    yield decoder.end() ?? '';
    if (size % 2 === 1 && encoding.startsWith('utf-16'))
      throw new CatalogueFileError(
        source.name,
        line,
        'The file is UTF-16 and ends with half a character, so it is cut off. Export or copy it again.',
      );
  };
  for await (const piece of pieces()) {
    let text = held + piece;
    // Its line feed, or the other half of its character, may begin the next piece.
    held = /[\r\uD800-\uDBFF]$/.exec(text)?.[0] ?? '';
    if (held) text = text.slice(0, -1);
    text = text.replace(/\r\n?/g, '\n');
    if (text === '') continue;
    const at = text.search(/[\0\uFFFD]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
    if (at >= 0) throw unreadable(source, line + countLines(text.slice(0, at)), text[at]!);
    line += countLines(text);
    yield text;
  }
  if (held === '\r') yield '\n';
  else if (held) throw unreadable(source, line, held);
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

const unreadable = (source: FileSource, line: number, sign: string): CatalogueFileError =>
  new CatalogueFileError(
    source.name,
    line,
    sign === '\0'
      ? `There is a NUL byte, which text never contains. The file is damaged, or it is not a text file. ${SAVE_AS_UTF8}`
      : 'There is a "\uFFFD" (U+FFFD): a program read the text in the wrong character set and lost a character, or the file is cut off. Export it again as UTF-8.',
  );
