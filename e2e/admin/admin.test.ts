import { describeShop } from '../storefront/storefront.js';
import { describeAccessibility } from './stories/accessibility.js';
import { describeBackOffice } from './stories/back-office.js';
import { describeBoard } from './stories/board.js';
import { describeCategories } from './stories/categories.js';
import { describeImport } from './stories/import.js';

describeShop('the pages of staff in the browser', [
  // First: it counts every order there is.
  describeBoard,
  describeBackOffice,
  describeCategories,
  describeImport,
  describeAccessibility,
]);
