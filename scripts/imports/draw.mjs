// Draws which layers import which, as Mermaid diagrams for docs/imports.md.
import { GATEWAY_LAYERS, SUBGRAPH_LAYERS } from './layers.mjs';

/** @param modules what dependency-cruiser found */
export function draw(modules) {
  const edges = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => [source, resolved]),
  );
  const gatewayLayer = (file) => GATEWAY_LAYERS.find(({ path }) => new RegExp(path).test(file))?.name;
  const packageOf = (file) => /^packages\/([^/]+)\//.exec(file)?.[1];
  const ownerOf = (file) =>
    packageOf(file) ??
    (file.startsWith('gateway/') ? 'gateway' : /^subgraphs\//.test(file) ? 'subgraphs' : undefined);
  const subgraphs = [...new Set(modules.map(({ source }) => /^subgraphs\/([^/]+)/.exec(source)?.[1]))]
    .filter(Boolean)
    .sort();
  return [
    '# Which part imports which',
    '',
    'Drawn by `node scripts/imports.mjs`, which `npm run verify` runs: it fails if an arrow points up, or if files import each',
    'other. The rules are in `scripts/imports/layers.mjs`. An arrow means that a file of one part imports one of the other, types',
    'included.',
    '',
    '## Gateway',
    '',
    ...GATEWAY_LAYERS.map(({ name, does }) => `- **${name}**: ${does}`).reverse(),
    '',
    ...diagram(edges, gatewayLayer, GATEWAY_LAYERS.map(({ name }) => name).reverse()),
    '## Packages, gateway and subgraphs',
    '',
    ...diagram(edges, ownerOf, ['gateway', 'subgraphs']),
    '## Subgraphs',
    '',
    ...SUBGRAPH_LAYERS.map(({ name, does }) => `- **${name}**: ${does}`).reverse(),
    '',
    ...subgraphs.flatMap((subgraph) => [
      `### ${subgraph}`,
      '',
      ...diagram(
        edges,
        (file) => subgraphPart(subgraph, file),
        SUBGRAPH_LAYERS.map(({ name }) => name).reverse(),
      ),
    ]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** The layer that a file of a subgraph belongs to; the folder or file itself where it is none. */
function subgraphPart(subgraph, file) {
  const start = `subgraphs/${subgraph}/src/`;
  if (!file.startsWith(start)) return undefined;
  const within = file.slice(start.length);
  const layer = SUBGRAPH_LAYERS.find(({ files }) => new RegExp(`^${files}`).test(within));
  return layer?.name ?? within.split('/')[0].replace(/[.]ts$/, '');
}

/** @param order names that come first, from top to bottom */
function diagram(edges, nameOf, order) {
  const pairs = [];
  for (const [from, to] of edges) {
    const [left, right] = [nameOf(from), nameOf(to)];
    if (!left || !right || left === right) continue;
    if (!pairs.some(([one, other]) => one === left && other === right)) pairs.push([left, right]);
  }
  const names = [...new Set([...order, ...pairs.flat().sort()])].filter((name) =>
    pairs.some(([from, to]) => from === name || to === name),
  );
  const id = (name) => name.replaceAll(/[^a-z]/gi, '_');
  const rank = (name) => names.indexOf(name);
  pairs.sort((a, b) => rank(a[0]) - rank(b[0]) || rank(a[1]) - rank(b[1]));
  return [
    '```mermaid',
    'flowchart TD',
    ...names.map((name) => `  ${id(name)}["${name}"]`),
    ...pairs.map(([from, to]) => `  ${id(from)} --> ${id(to)}`),
    '```',
    '',
  ];
}
