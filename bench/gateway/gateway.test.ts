import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./run.mjs', import.meta.url));

describe('bench:gateway, for a moment', () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'bench-gateway-'));
  });
  afterAll(() => rm(out, { recursive: true }));

  it('should get right answers from Cartograph and by hand, by the same number of fetches', async () => {
    const only = ['Cartograph', 'Cartograph, sharing'].flatMap((name) => ['--only', name]);
    const moment = ['--seconds', '0.5', '--rounds', '1', '--connections', '4', '--out', out];
    await run(process.execPath, [script, ...moment, ...only]);

    const table = await readFile(join(out, 'gateway.md'), 'utf8');
    const rows = table.split('\n').filter((line) => /^\| (by hand|Cartograph)/.test(line));
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
    expect(cells.map((row) => row[1])).toEqual([
      ...['by hand', 'Cartograph', 'by hand', 'Cartograph, sharing'],
      ...['by hand', 'Cartograph', 'by hand', 'Cartograph, sharing'],
    ]);
    expect(cells.every((row) => row.at(-2) === 'right')).toBe(true);
    const fetches = cells.filter((row) => !row[1]!.endsWith('sharing')).map((row) => row[6]);
    expect(fetches).toEqual(['7.0', '7.0', '7.0', '1.0', '1.0', '1.0']);
    expect(await readFile(join(out, 'gateway.svg'), 'utf8')).toMatch(/^<svg/);
  });

  it('should refuse a contender that it does not know, and name those it does', async () => {
    const refused = run(process.execPath, [script, '--only', 'Nobody']);
    await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Cartograph') });
  });
});
