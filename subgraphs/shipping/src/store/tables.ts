import { EntitySchema } from 'typeorm';
import type { Method } from '../domain/method.js';

export type MethodRow = Method;

export const MethodTable = new EntitySchema<MethodRow>({
  name: 'method',
  tableName: 'shipping',
  columns: {
    id: { type: 'uuid', primary: true },
    authorId: { name: 'author_id', type: 'text' },
    text: { type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});
