import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A Kubernetes object as a manifest gives it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export const overlays = readdirSync(join(root, 'k8s', 'overlays'));

/**
 * What `kubectl apply -k k8s/overlays/NAME` sends, secrets filled in from the examples.
 * @throws if kubectl is missing, naming what to install, or cannot build the overlay
 */
export function buildOverlay(name: string): Manifest[] {
  const copy = mkdtempSync(join(tmpdir(), 'cartograph-k8s-'));
  try {
    for (const folder of ['k8s', 'schema'])
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    const secrets = join(copy, 'k8s', 'overlays', name, 'secrets');
    const examples = name === 'production' ? readdirSync(secrets) : [];
    for (const file of examples.filter((each) => each.endsWith('.example')))
      cpSync(join(secrets, file), join(secrets, file.replace(/\.example$/, '')));
    return parseManifests(kubectl('kustomize', join(copy, 'k8s', 'overlays', name)));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function kubectl(...args: string[]): string {
  try {
    return execFileSync('kubectl', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      'kubectl (1.27 or later) is needed to build the manifests, and is not on the PATH: https://kubernetes.io/docs/tasks/tools/',
      { cause: error },
    );
  }
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}
