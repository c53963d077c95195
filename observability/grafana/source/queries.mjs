/** How often a second, summed up by labels. Grafana fits the interval to what the panel shows. */
export const rate = (metric, by, filter = '') =>
  `sum by (${by}) (rate(${metric}${filter}[$__rate_interval]))`;

/** A quantile of a histogram, such as 0.95. */
export const quantile = (q, metric, by, filter = '') =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket${filter}[$__rate_interval])))`;
