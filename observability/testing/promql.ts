import { parser } from '@prometheus-io/lezer-promql';

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];

export interface Used {
  readonly metric: string;
  /** Labels that it is filtered or grouped by. */
  readonly labels: readonly string[];
  /** Whether `rate` or `increase` is applied, which only makes sense for a counter. */
  readonly isRated: boolean;
}

/**
 * The metrics of a PromQL expression, with the labels it uses.
 * @throws if it is not PromQL
 */
export function metricsIn(expression: string): Used[] {
  const { text, tree } = parse(expression);
  const used: Used[] = [];
  tree.iterate({
    enter({ name, node }) {
      if (name !== 'VectorSelector') return;
      const metric = node.getChild('Identifier');
      const matchers = node.getChild('LabelMatchers');
      const filtered = matchers
        ? [...text.slice(matchers.from, matchers.to).matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(
            ([, label]) => label!,
          )
        : [];
      const above = ancestors(node);
      used.push({
        metric: metric ? text.slice(metric.from, metric.to) : '',
        labels: [...filtered, ...above.flatMap((each) => groupingOf(each, text) ?? [])],
        isRated: above.some(
          (each) =>
            each.name === 'FunctionCall' && /^(rate|irate|increase)\b/.test(text.slice(each.from, each.to)),
        ),
      });
    },
  });
  return used;
}

/** The labels that remain after an expression's outermost `by (…)`; undefined without one. */
export function groupedBy(expression: string): readonly string[] | undefined {
  const { text, tree } = parse(expression);
  let labels: readonly string[] | undefined;
  tree.iterate({ enter: ({ node }) => void (labels ??= groupingOf(node, text)) });
  return labels;
}

function parse(expression: string): { text: string; tree: Tree } {
  // Grafana's variables are replaced with durations and values.
  const text = expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, 'x');
  const tree = parser.parse(text);
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`Not PromQL at ${node.from}: ${text}`);
    },
  });
  return { text, tree };
}

const ancestors = (node: Node): Node[] => (node.parent ? [node.parent, ...ancestors(node.parent)] : []);

function groupingOf(node: Node, text: string): string[] | undefined {
  if (node.name !== 'AggregateExpr') return undefined;
  const modifier = node.getChild('AggregateModifier');
  if (!modifier) return undefined;
  const written = text.slice(modifier.from, modifier.to);
  return written.startsWith('by')
    ? [...written.slice(2).matchAll(/\w+/g)].map(([label]) => label)
    : undefined;
}
