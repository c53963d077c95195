import { describeAccessibility } from './stories/accessibility.js';
import { describeBrowsing } from './stories/browsing.js';
import { describeCart } from './stories/cart.js';
import { describeCheckoutTrouble } from './stories/checkout-trouble.js';
import { describeForms } from './stories/forms.js';
import { describeLeaving } from './stories/leaving.js';
import { describePages } from './stories/pages.js';
import { describeProblems } from './stories/problems.js';
import { describePurchases } from './stories/purchase.js';
import { describeSafelist } from './stories/safelist.js';
import { describeShop } from './storefront.js';

describeShop('the shop in the browser', [
  describeBrowsing,
  describePurchases,
  describeCart,
  describeCheckoutTrouble,
  describeForms,
  describeLeaving,
  describePages,
  describeAccessibility,
  describeSafelist,
  // Last: it kills one service after the other.
  describeProblems,
]);
