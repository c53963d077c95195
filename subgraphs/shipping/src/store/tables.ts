import { EntitySchema, type ValueTransformer } from 'typeorm';
import type { Method } from '../domain/method.js';
import type { Zone } from '../domain/zone.js';

/** pg returns bigint as text; our values stay far below 2⁵³. */
const bigintAsNumber: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

export type ZoneRow = Omit<Zone, 'methods'>;

export const ZoneTable = new EntitySchema<ZoneRow>({
  name: 'zone',
  tableName: 'zones',
  columns: {
    id: { type: 'uuid', primary: true },
    name: { type: 'text' },
    areas: { type: 'jsonb' },
    version: { type: 'int' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});

export type MethodRow = Method;

export const MethodTable = new EntitySchema<MethodRow>({
  name: 'method',
  tableName: 'methods',
  columns: {
    id: { type: 'uuid', primary: true },
    zoneId: { name: 'zone_id', type: 'uuid' },
    name: { type: 'text' },
    kind: { type: 'text' },
    rates: { type: 'jsonb' },
    freeFromMinor: { name: 'free_from_minor', type: 'bigint', nullable: true, transformer: bigintAsNumber },
    currency: { type: 'text' },
    estimatedDays: { name: 'estimated_days', type: 'int' },
    isActive: { name: 'is_active', type: 'boolean' },
    version: { type: 'int' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});
