import type { ReactNode } from 'react';
import { Panel } from '../../../components/Panel.js';

interface ChartPanelProps {
  readonly title: string;
  /** The whole hour in one figure. */
  readonly figure: string | undefined;
  readonly figureNote?: string;
  /** What the chart is made of. */
  readonly source: string;
  readonly children: ReactNode;
}

export function ChartPanel({ title, figure, figureNote, source, children }: ChartPanelProps) {
  return (
    <Panel className="flex min-w-0 flex-col">
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="text-2xl font-semibold tabular-nums" data-figure={title}>
          {figure ?? '…'}
          {figure && figureNote && <span className="ml-2 text-sm font-normal">{figureNote}</span>}
        </p>
      </div>
      {children}
      <p className="mt-3 text-sm text-stone-600 dark:text-stone-400">{source}</p>
    </Panel>
  );
}
