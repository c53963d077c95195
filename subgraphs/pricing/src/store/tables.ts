import { EntitySchema } from 'typeorm';
import type { Promotion } from '../domain/promotion.js';

export type PromotionRow = Promotion;

export const PromotionTable = new EntitySchema<PromotionRow>({
  name: 'promotion',
  tableName: 'pricing',
  columns: {
    id: { type: 'uuid', primary: true },
    authorId: { name: 'author_id', type: 'text' },
    text: { type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});
