import { printable } from '@cartograph/kit/text';
import type { ImportPlan, RowPlan } from '../use-cases/import/check-import.js';

const KINDS = { NEW: 'new', CHANGED: 'changed', RESTORED: 'restored', UNCHANGED: '' } as const;
const MAX_TEXT = 60;

/** What a dry run prints: the first changes field by field, how many there are of each kind, and the plan's token. */
export function describePlan({ rows, counts, fields, samples, token }: ImportPlan): string {
  const changing = rows - counts.UNCHANGED;
  const byField = [...fields].map(([name, count]) => `${name} ${count}`).join(', ');
  return [
    ...samples.map(describeRow),
    ...(changing > samples.length ? [`… and ${changing - samples.length} more rows.`] : []),
    `${rows} rows are valid: ${counts.NEW} new, ${counts.CHANGED} changed, ${counts.RESTORED} restored, ${counts.UNCHANGED} unchanged.`,
    ...(byField ? [`Changed fields: ${byField}.`] : []),
    `Nothing was imported. To import exactly this, add --if ${token}`,
    '',
  ].join('\n');
}

function describeRow({ line, sku, kind, fields }: RowPlan): string {
  const text = (value: string) => (value === '' ? '(empty)' : printable(value, MAX_TEXT));
  const changes = fields.map(({ name, before, after }) =>
    kind === 'NEW' ? `${name} ${text(after)}` : `${name} ${text(before)} → ${text(after)}`,
  );
  return `${line}: ${sku} ${KINDS[kind]}: ${changes.join('; ')}`;
}
