import { describeInOneShop } from './shared-shop.js';
import { describeEverySubgraph } from './stories/every-subgraph.js';
import { describeMetrics } from './stories/metrics.js';
import { describeOneTrace } from './stories/one-trace.js';

describeInOneShop('the whole shop', [describeOneTrace, describeMetrics, describeEverySubgraph]);
