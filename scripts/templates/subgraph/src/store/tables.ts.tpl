import { EntitySchema } from 'typeorm';
import type { __Entity__ } from '../domain/__entity__.js';

export type __Entity__Row = __Entity__;

export const __Entity__Table = new EntitySchema<__Entity__Row>({
  name: '__entity__',
  tableName: '__name__',
  columns: {
    id: { type: 'uuid', primary: true },
    authorId: { name: 'author_id', type: 'text' },
    text: { type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});
