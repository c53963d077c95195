import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { LatencyPoint } from './latency.js';
import type { Span } from './series.js';

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const SECONDS = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const HEIGHT = 224;

/** Seen well on both the light and the dark surface. */
const COLOURS = { leaf: '#16a34a', stone: '#8b8580', red: '#dc2626', sky: '#0284c7' } as const;

const axis = { stroke: 'currentColor', fontSize: 12, tickLine: false, axisLine: false } as const;
const tooltip = {
  contentStyle: { background: 'var(--chart-surface)', border: '1px solid #8b8580', borderRadius: 8 },
  cursor: { fill: 'currentColor', fillOpacity: 0.06 },
} as const;
const legend = {
  iconType: 'circle',
  iconSize: 9,
  itemSorter: null,
  formatter: (name: string) => <span className="text-sm text-ink dark:text-stone-100">{name}</span>,
} as const;
const surface = '[--chart-surface:#fff] dark:[--chart-surface:#1c1917]';

interface BarSpec {
  readonly name: string;
  readonly value: (span: Span) => number;
  readonly colour: keyof typeof COLOURS;
}

interface SpanBarsProps {
  readonly spans: readonly Span[];
  readonly bars: readonly BarSpec[];
  readonly format?: (value: number) => string;
}

/** Bars stacked by span, with the same figures as a table for those who cannot see them. */
export function SpanBars({ spans, bars, format = String }: SpanBarsProps) {
  return (
    <div className={surface}>
      <div aria-hidden>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <BarChart
            data={[...spans]}
            accessibilityLayer={false}
            margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
          >
            <CartesianGrid vertical={false} stroke="currentColor" strokeOpacity={0.12} />
            <XAxis
              dataKey="from"
              tickFormatter={(from: number) => TIME.format(from)}
              minTickGap={24}
              {...axis}
            />
            <YAxis allowDecimals={false} width={44} {...axis} />
            <Tooltip
              {...tooltip}
              labelFormatter={(from) => `From ${TIME.format(Number(from))}`}
              formatter={(value) => format(Number(value))}
            />
            {bars.length > 1 && <Legend {...legend} />}
            {bars.map(({ name, value, colour }) => (
              <Bar
                key={name}
                name={name}
                dataKey={value}
                stackId="all"
                fill={COLOURS[colour]}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
      <table className="sr-only">
        <thead>
          <tr>
            <th scope="col">From</th>
            {bars.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spans.map((span) => (
            <tr key={span.from}>
              <th scope="row">{TIME.format(span.from)}</th>
              {bars.map(({ name, value }) => (
                <td key={name}>{format(value(span))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const milliseconds = (value: unknown) => `${Number(value).toFixed(1)} ms`;

export function LatencyLines({ points }: { readonly points: readonly LatencyPoint[] }) {
  const last = points.at(-1);
  return (
    <div className={surface}>
      <div aria-hidden>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <LineChart
            data={[...points]}
            accessibilityLayer={false}
            margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
          >
            <CartesianGrid vertical={false} stroke="currentColor" strokeOpacity={0.12} />
            <XAxis
              dataKey="at"
              type="number"
              scale="time"
              domain={['dataMin', 'dataMax']}
              tickFormatter={(at: number) => TIME.format(at)}
              minTickGap={40}
              {...axis}
            />
            <YAxis unit=" ms" width={60} {...axis} />
            <Tooltip
              {...tooltip}
              labelFormatter={(at) => `Until ${SECONDS.format(Number(at))}`}
              formatter={milliseconds}
            />
            <Legend {...legend} />
            {(
              [
                ['p95', COLOURS.sky],
                ['p50', COLOURS.leaf],
              ] as const
            ).map(([key, colour]) => (
              <Line
                key={key}
                name={key}
                dataKey={key}
                stroke={colour}
                strokeWidth={2}
                dot={points.length < 40}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
      {last && (
        <p className="sr-only">
          In the latest 15 seconds, half of {last.operations} operations took at most {milliseconds(last.p50)}
          , 95 percent at most {milliseconds(last.p95)}.
        </p>
      )}
    </div>
  );
}
