const WIDTH = 30;

/** A progress bar on a terminal. Writes nothing if the output is a file or a pipe. */
export function createProgressBar(total: number, output: NodeJS.WriteStream = process.stderr) {
  const draw = (done: number) => {
    if (!output.isTTY) return;
    const filled = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
    output.write(`\r${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done} of ${total}`);
  };
  draw(0);
  return { update: draw, end: () => void (output.isTTY && output.write('\n')) };
}
