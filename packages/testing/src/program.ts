import { spawnSync } from 'node:child_process';

/**
 * Whether a program is there that `npm test` can do without, saying aloud what is left out when it is not.
 * @throws in a pipeline (`CI`), which has not tested what it leaves out
 */
export function hasProgram(name: string, install: string, leftOut: string): boolean {
  if (!spawnSync(name, ['--version'], { stdio: 'ignore' }).error) return true;
  const message = `No ${name} found: ${install}.`;
  if (process.env['CI']) throw new Error(message);
  console.warn(`${message} ${leftOut} are left out.`);
  return false;
}
