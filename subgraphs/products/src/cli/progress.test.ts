import { describe, expect, it } from '@jest/globals';
import { createProgressBar } from './progress.js';

/** A terminal, or a pipe, that keeps what is written. */
function output(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => Boolean(written.push(text)) };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

describe('The bar of an import', () => {
  it('should fill up on a terminal, always in the same line', () => {
    const { written, stream } = output(true);
    const bar = createProgressBar(3, stream);
    bar.update(1);
    bar.update(3);
    bar.end();
    expect(written).toEqual([
      `\r${'░'.repeat(30)} 0 of 3`,
      `\r${'█'.repeat(10)}${'░'.repeat(20)} 1 of 3`,
      `\r${'█'.repeat(30)} 3 of 3`,
      '\n',
    ]);
  });

  it('should be full for an empty file, and leave pipes alone', () => {
    const terminal = output(true);
    createProgressBar(0, terminal.stream);
    expect(terminal.written).toEqual([`\r${'█'.repeat(30)} 0 of 0`]);
    const pipe = output(false);
    const bar = createProgressBar(3, pipe.stream);
    bar.update(3);
    bar.end();
    expect(pipe.written).toEqual([]);
  });
});
