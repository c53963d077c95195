import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const jestFolder = fileURLToPath(new URL('../jest/', import.meta.url));
const jest = fileURLToPath(new URL('../../../node_modules/jest/bin/jest.js', import.meta.url));

/** One failing file of each kind; the second must not see what the first left in its environment or console. */
const files = {
  'a.test.ts': `
    import { expect, it, jest } from '@jest/globals';
    interface Unused { readonly field: string }

    it('fails where it says', () => { const value: number = 1;
      expect(value).toBe(2); });
    it('leaves a rejection', () => { void Promise.reject(new Error('unhandled here')); return new Promise((resolve) => setTimeout(resolve, 10)); });
    it('takes too long', () => new Promise(() => undefined), 20);
    it.each([[1, 1], [1, 2]])('compares %i with %i', (one, other) => expect(one).toBe(other));
    it.skip('is skipped', () => undefined);
    it('changes what all share', () => { process.env['LEFT_BEHIND'] = 'yes'; jest.spyOn(Math, 'max').mockReturnValue(-1); });
  `,
  'b.test.ts': `
    import { expect, it } from '@jest/globals';
    it('sees nothing of it', () => { expect([process.env['LEFT_BEHIND'], Math.max(1, 2)]).toEqual([undefined, 2]); });
  `,
  'c.test.ts': `throw new Error('not even loaded');`,
  'd.test.ts': ``,
};

interface Result {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

describe('the test runner', () => {
  let folder: string;
  let result: Result;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cartograph-runner-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const config = {
      rootDir: folder,
      testMatch: ['<rootDir>/*.test.ts'],
      testRunner: join(jestFolder, 'test-runner.mjs'),
      transform: {},
      injectGlobals: false,
    };
    const child = spawn(
      process.execPath,
      [
        ...[`--import=${join(jestFolder, 'typescript.mjs')}`, '--no-warnings', jest],
        ...['--config', JSON.stringify(config), '--runInBand', '--json', '--no-cache'],
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    result = JSON.parse(output) as Result;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const fileCalled = (name: string) => result.testResults.find((file) => file.name.endsWith(name))!;
  const failureOf = (title: string) =>
    fileCalled('a.test.ts')
      .assertionResults.find((test) => test.title === title)
      ?.failureMessages.join('\n');

  it('should count what passes, fails, is skipped, and does not even load', () => {
    expect([result.numPassedTests, result.numFailedTests, result.numPendingTests]).toEqual([3, 4, 1]);
    expect(result.numRuntimeErrorTestSuites).toBe(2);
    expect(fileCalled('c.test.ts').message).toContain('not even loaded');
    expect(fileCalled('d.test.ts').message).toContain('must contain at least one test');
  });

  it('should say what failed, with the line in the TypeScript source', () => {
    expect(failureOf('fails where it says')).toMatch(/a\.test\.ts:6:\d+/);
    expect(failureOf('compares 1 with 2')).toContain('Expected');
    expect(failureOf('takes too long')).toContain('Exceeded timeout of 20 ms');
    expect(failureOf('leaves a rejection')).toContain('unhandled here');
  });

  it('should not let a file change the environment or the mocks of the next', () => {
    expect(fileCalled('b.test.ts').assertionResults.map(({ status }) => status)).toEqual(['passed']);
  });
});
