import { describeShop } from '../storefront/storefront.js';
import { tellOfAccess } from './stories/accessibility.js';
import { tellOfTheBackOffice } from './stories/back-office.js';
import { tellOfTheBoard } from './stories/board.js';
import { tellOfCategories } from './stories/categories.js';

describeShop(
  'the pages of staff in the browser',
  [
    // First: it counts every order there is.
    tellOfTheBoard,
    tellOfTheBackOffice,
    tellOfCategories,
    tellOfAccess,
  ],
  { notifications: { WEBHOOK_ALLOW_PRIVATE: 'true' } },
);
