import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Manifest } from './manifests.js';

/** Every kind in use, with its group and version. Add new ones here. */
const KINDS: Readonly<Record<string, string>> = {
  'v1 ConfigMap': 'V1ConfigMap',
  'v1 Namespace': 'V1Namespace',
  'v1 Secret': 'V1Secret',
  'v1 Service': 'V1Service',
  'v1 ServiceAccount': 'V1ServiceAccount',
  'apps/v1 Deployment': 'V1Deployment',
  'apps/v1 StatefulSet': 'V1StatefulSet',
  'autoscaling/v2 HorizontalPodAutoscaler': 'V2HorizontalPodAutoscaler',
  'batch/v1 CronJob': 'V1CronJob',
  'batch/v1 Job': 'V1Job',
  'networking.k8s.io/v1 Ingress': 'V1Ingress',
  'networking.k8s.io/v1 NetworkPolicy': 'V1NetworkPolicy',
  'policy/v1 PodDisruptionBudget': 'V1PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1 Role': 'V1Role',
  'rbac.authorization.k8s.io/v1 RoleBinding': 'V1RoleBinding',
};

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}
interface Model {
  /** Types by the names of fields. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Fields without a question mark in the API's own declarations. */
  readonly required: readonly string[];
}

const modelsFolder = join(
  dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')),
  'gen',
  'models',
);
const models = new Map<string, Model>();

/** The API's own type. Its file is read and not imported, because that would load eight hundred others. */
function readModel(type: string): Model | undefined {
  const file = join(modelsFolder, type);
  if (!models.has(type) && existsSync(`${file}.js`)) {
    const [, list] = /\.attributeTypeMap = (\[.*?\n\]);/s.exec(readFileSync(`${file}.js`, 'utf8'))!;
    const declaration = readFileSync(`${file}.d.ts`, 'utf8');
    models.set(type, {
      attributes: new Map((JSON.parse(list!) as Attribute[]).map((each) => [each.baseName, each.type])),
      required: [...declaration.matchAll(/^ {4}'(\w+)': /gm)].map(([, name]) => name!),
    });
  }
  return models.get(type);
}

/** Everything in a manifest that the Kubernetes API's types do not know, require or declare with another type. */
export function strictFaults(manifest: Manifest): string[] {
  const name = KINDS[`${manifest.apiVersion} ${manifest.kind}`];
  const where = `${manifest.kind}/${manifest.metadata.name}`;
  if (!name) return [`${where}: no kind ${manifest.kind} in ${manifest.apiVersion} is known`];
  return faultsOf(manifest, name, where);
}

function faultsOf(value: unknown, type: string, path: string): string[] {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list) {
    if (!Array.isArray(value)) return [expected(path, 'a list', value)];
    return value.flatMap((item, index) => faultsOf(item, list, `${path}[${index}]`));
  }
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map) {
    if (!isObject(value)) return [expected(path, 'a map', value)];
    return Object.entries(value).flatMap(([key, item]) => faultsOf(item, map, `${path}.${key}`));
  }
  if (type === 'any') return [];
  if (type === 'IntOrString')
    return typeof value === 'string' || Number.isInteger(value)
      ? []
      : [expected(path, 'a whole number or a text', value)];
  if (type === 'Date') return typeof value === 'string' ? [] : [expected(path, 'a time', value)];
  if (type === 'string' || type === 'number' || type === 'boolean')
    return typeof value === type ? [] : [expected(path, `a ${type}`, value)];
  const model = readModel(type);
  if (!model) throw new Error(`@kubernetes/client-node has no type ${type}, at ${path}`);
  if (!isObject(value)) return [expected(path, type, value)];
  const missing = model.required.filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}: ${type} needs the field ${name}`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const known = model.attributes.get(name);
      return known
        ? faultsOf(item, known, `${path}.${name}`)
        : [`${path}.${name}: ${type} has no field ${name}`];
    }),
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const expected = (path: string, what: string, got: unknown) =>
  `${path}: expected ${what}, got ${JSON.stringify(got)}`;
