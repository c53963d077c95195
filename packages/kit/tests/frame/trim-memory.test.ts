import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

it('should leave a process that answers afterwards', async () => {
  const module = fileURLToPath(new URL('../../dist/frame/trim-memory.js', import.meta.url));
  const script = `
    const { trimMemory } = await import(${JSON.stringify(module)});
    await trimMemory();
    setTimeout(() => console.log('answers'), 1);`;
  // A process that is frozen does not exit; it is killed after a while, which rejects.
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect(stdout).toBe('answers\n');
});
