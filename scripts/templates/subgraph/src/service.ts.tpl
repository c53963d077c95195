import {
  createConnection,
  createCursor,
  Fault,
  isId,
  readPage,
  type Connection,
  type Identity,
  type PageArguments,
} from '@cartograph/kit';
import { read__Entity__Text, type __Entity__ } from './domain/__entity__.js';
import type { __Name__Store } from './store/store.js';

const LIST = '__name__:newest';

export type __Name__Service = ReturnType<typeof create__Name__Service>;

/** The use cases. Each throws Refusal for what a client can mend, Fault for what it cannot. */
export function create__Name__Service(options: { store: __Name__Store; newId: () => string; now: () => Date }) {
  const { store } = options;
  return {
    /** In the order of the ids; null for one that does not exist. */
    async get__Name__(ids: readonly string[]): Promise<(__Entity__ | null)[]> {
      const found = new Map((await store.findByIds(ids)).map((__entity__) => [__entity__.id, __entity__]));
      return ids.map((id) => found.get(id) ?? null);
    },

    async list__Name__(args: PageArguments): Promise<Connection<__Entity__>> {
      const page = readPage(LIST, args, ([id]) => {
        if (typeof id !== 'string' || !isId(id)) throw new Error('not an id');
        return id;
      });
      const [rows, total] = await Promise.all([store.findNewest(page.first + 1, page.after), store.count()]);
      return createConnection(rows, page, ({ id }) => createCursor(LIST, id), total);
    },

    async create__Entity__(identity: Identity, input: { text: string }): Promise<__Entity__> {
      if (identity.kind !== 'user') throw new Fault('UNAUTHENTICATED', 'Sign in to write.');
      const __entity__ = {
        id: options.newId(),
        authorId: identity.userId,
        text: read__Entity__Text(input.text),
        createdAt: options.now(),
      };
      await store.insert(__entity__);
      return __entity__;
    },
  };
}
