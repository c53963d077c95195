import { tellOfAccess } from './stories/accessibility.js';
import { tellOfBrowsing } from './stories/browsing.js';
import { tellOfTheCart } from './stories/cart.js';
import { tellOfCheckoutTrouble } from './stories/checkout-trouble.js';
import { tellOfForms } from './stories/forms.js';
import { tellOfLeaving } from './stories/leaving.js';
import { tellOfPages } from './stories/pages.js';
import { tellOfProblems } from './stories/problems.js';
import { tellOfPurchases } from './stories/purchase.js';
import { tellOfTheSafelist } from './stories/safelist.js';
import { describeShop } from './storefront.js';

describeShop(
  'the shop in the browser',
  [
    tellOfBrowsing,
    tellOfPurchases,
    tellOfTheCart,
    tellOfCheckoutTrouble,
    tellOfForms,
    tellOfLeaving,
    tellOfPages,
    tellOfAccess,
    tellOfTheSafelist,
    // Last: it kills one service after the other.
    tellOfProblems,
  ],
  { notifications: { WEBHOOK_ALLOW_PRIVATE: 'true' } },
);
