import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { findKubectl } from './kubectl.js';

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

const built = new Map<string, Manifest[]>();

/**
 * What `kubectl apply -k k8s/overlays/NAME` sends, secrets filled in from the examples. Built once: change a copy.
 * @throws if there is no kubectl, naming what to install, or it cannot build the overlay
 */
export function buildOverlay(name: string): readonly Manifest[] {
  const manifests = built.get(name) ?? build(name);
  built.set(name, manifests);
  return manifests;
}

function build(name: string): Manifest[] {
  const copy = mkdtempSync(join(tmpdir(), 'cartograph-k8s-'));
  try {
    for (const folder of ['k8s', 'schema'])
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    const secrets = join(copy, 'k8s', 'overlays', name, 'secrets');
    const examples = name === 'production' ? readdirSync(secrets) : [];
    for (const file of examples.filter((each) => each.endsWith('.example')))
      cpSync(join(secrets, file), join(secrets, file.replace(/\.example$/, '')));
    const text = execFileSync(findKubectl(), ['kustomize', join(copy, 'k8s', 'overlays', name)], {
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 64 * 1024 * 1024,
    });
    return parseManifests(text);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}
