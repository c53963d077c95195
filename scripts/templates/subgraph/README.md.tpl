# __name__

Owns `__Entity__` on Postgres. Port __port__. [schema.graphql](schema.graphql) is the whole contract, field by field.

- **Publishes** and **consumes** no events yet; see [how to](../../docs/adding-a-subgraph.md#events).

| variable | default | meaning |
| --- | --- | --- |
| `__NAME___DATABASE_URL` | | `postgres://…` |
| `INTERNAL_AUTH_SECRET` | | shared by all services, at least 32 characters |
| `PORT` | __port__ | |
| `MIGRATE_ON_START` | true in development and tests | else `node dist/main.js migrate` |

Alone: `npm run build`, set the variables without a default, `node subgraphs/__name__/dist/main.js`. Tests:
`npm test -- subgraphs/__name__`.
