// Four subgraphs in one process, on free ports; prints `{"accounts": "http://…", …}` when they listen, and tells who
// asks by a message how many requests they had so far.
import { startSubgraph } from '../support/subgraph.mjs';
import { resolvers } from './data.mjs';
import { federation1Text, federation2Text } from './schemas.mjs';

const textOf = process.argv.includes('--federation-1') ? federation1Text : federation2Text;

const urls = {};
let requests = 0;
for (const name of Object.keys(resolvers))
  urls[name] = await startSubgraph(textOf(name), resolvers[name], () => (requests += 1));
console.log(JSON.stringify(urls));
process.on('message', () => process.send(requests));
process.on('disconnect', () => process.exit(0));
