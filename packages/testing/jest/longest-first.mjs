// Two stories run side by side: the longest begin first, so that none of them is left to run alone at the end.
import Sequencer from '@jest/test-sequencer';

const LONGEST = [
  'storefront/shop',
  'crash/crash',
  'admin/admin',
  'never-lost',
  'rolling-deploy',
  'whole-shop',
  'several',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((part) => path.includes(part));
      return place < 0 ? LONGEST.length : place;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}
