import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./run.mjs', import.meta.url));

describe('bench:streams, for a moment', () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'bench-streams-'));
  });
  afterAll(() => rm(out, { recursive: true }));

  it('should deliver every event right, as it is and joined, by the gateway and by the bare server', async () => {
    const moment = [
      '--streams',
      '40',
      '--sockets',
      '20',
      '--events',
      '100',
      '--rate',
      '500',
      '--rounds',
      '1',
    ];
    await run(process.execPath, [script, ...moment, '--out', out]);

    const table = await readFile(join(out, 'streams.md'), 'utf8');
    const rows = table.split('\n').filter((line) => /^\| (bare|Cartograph)/.test(line));
    expect(rows).toHaveLength(4);
    expect(rows.every((row) => row.endsWith('| 100 right |'))).toBe(true);
  });

  it('should say before it begins when the shell allows too few open files', async () => {
    const limited = `ulimit -n 1000 && "${process.execPath}" "${script}"`;
    const refused = run('sh', ['-c', limited]);
    await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('ulimit -n') });
  });
});
