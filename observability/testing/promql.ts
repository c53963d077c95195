import { parser } from '@prometheus-io/lezer-promql';

export interface Used {
  readonly metric: string;
  /** Labels it is filtered by. */
  readonly labels: readonly string[];
}

/**
 * The metrics a PromQL expression names, with the labels they are filtered by.
 * @throws if it is no PromQL
 */
export function metricsIn(expression: string): Used[] {
  // Grafana's own variables stand for durations and values.
  const text = expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, 'x');
  const used: Used[] = [];
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`Not PromQL at ${node.from}: ${text}`);
      if (node.name !== 'VectorSelector') return;
      const name = node.node.getChild('Identifier');
      const matchers = node.node.getChild('LabelMatchers');
      used.push({
        metric: name ? text.slice(name.from, name.to) : '',
        labels: matchers
          ? [...text.slice(matchers.from, matchers.to).matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(
              ([, label]) => label!,
            )
          : [],
      });
    },
  });
  return used;
}
