// What is kept of the runs: one section for each number of products and kind of store.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Vendure 3.7 on the same kind of machine, CPU of server and store a request in milliseconds, by number of products. */
const PEER = {
  200: { 'list of 20': 2.8 + 2.2, product: 9.6 + 9.9, 'search with facets': 5.9 + 38.7 },
  10_000: { 'list of 20': 5.2 + 59, product: 10 + 9.8, 'search with facets': 12 + 1_844 },
};

/** @returns what the peer needs for the same, if it was measured with as many products */
export const peerOf = (name, count) => PEER[count]?.[name.replace(/, .*/, '')];

const HEAD = `# The catalogue, through the gateway

\`npm run bench:catalogue -- --products N\`. CPU is user and system time by \`/proc\`, of all processes that take part and of
each. The floor of a request is the store call alone (its own process and the store's) and an HTTP server that answers with
as many bytes. No two requests share an answer (\`SUBGRAPH_DEDUPE=false\`). The peer is Vendure 3.7 on the same kind of
machine, server and store together; its list is the one from its search index (from its tables 200 products cost it 101 ms).
Answers to public lists are kept until something is written, so "not kept" asks for each list only once. What a process uses
without any request is not taken off: at one at a time, with few requests, it weighs most.
`;

/** Writes a section into the report, in the place of the one that had its title. */
export function keepSection(file, title, text) {
  const old = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split(/^(?=## )/m)
        .slice(1)
    : [];
  const sections = [
    ...old.filter((section) => !section.startsWith(`## ${title}\n`)),
    `## ${title}\n\n${text}\n`,
  ];
  sections.sort((one, other) => Number.parseInt(one.slice(3), 10) - Number.parseInt(other.slice(3), 10));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${[HEAD, ...sections].join('\n').trimEnd()}\n`.replaceAll(/\n{3,}/g, '\n\n'));
}
