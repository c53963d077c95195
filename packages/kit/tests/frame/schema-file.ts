import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @access(to: [AccessRole!]!) on OBJECT | FIELD_DEFINITION
  enum AccessRole { ANYONE SIGNED_IN OWNER ADMIN SERVICE }
  type Query { hello: String @access(to: [ANYONE]) }
`;

const file = join(mkdtempSync(join(tmpdir(), 'cartograph-frame-')), 'schema.graphql');
writeFileSync(file, SDL);

/** The schema of the smallest subgraph. */
export const SCHEMA_FILE = pathToFileURL(file);
