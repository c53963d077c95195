import { expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { intercept, openSignedIn } from '../visitors.js';
import { checkOut, createProduct, fillCart, registerCustomer } from '../../harness/shop.js';
import { addToCart } from '../steps.js';
import { story, stockProduct, type Storefront } from '../storefront.js';

interface Form {
  readonly path: string;
  /** What its button says. */
  readonly button: string;
  /** The mutation it sends. */
  readonly operation: string;
  /** What is typed, by label; a mistake in each of `faulty`. */
  readonly typed: Readonly<Record<string, string>>;
  /** The fields that must say what is wrong; none: the form itself says it. */
  readonly faulty: readonly string[];
  /** A button that opens it first. */
  readonly opener?: string;
}

const FORMS_OF_GUESTS: readonly Form[] = [
  {
    path: '/sign-in',
    button: 'Sign in',
    operation: 'Login',
    typed: { 'E-mail': 'nobody@example.com', Password: 'not the password' },
    faulty: [],
  },
  {
    path: '/register',
    button: 'Create an account',
    operation: 'Register',
    typed: { Name: 'Mia Example', 'E-mail': 'no address', Password: 'short' },
    faulty: ['E-mail', 'Password'],
  },
  {
    path: '/forgot-password',
    button: 'E-mail me a link',
    operation: 'RequestPasswordReset',
    typed: { 'E-mail': 'no address' },
    faulty: ['E-mail'],
  },
  {
    path: '/reset-password?token=made-up',
    button: 'Set it and sign in',
    operation: 'ResetPassword',
    typed: { 'New password': 'short' },
    faulty: ['New password'],
  },
  {
    path: '/confirm-email?token=made-up',
    button: 'Confirm it',
    operation: 'ConfirmEmailChange',
    typed: {},
    faulty: [],
  },
];

const FORMS_OF_CUSTOMERS: readonly Form[] = [
  {
    path: '/account/profile',
    button: 'Save',
    operation: 'UpdateProfile',
    typed: { 'What should we call you?': ' ' },
    faulty: ['What should we call you?'],
  },
  {
    path: '/account/profile',
    button: 'E-mail me a link to confirm it',
    operation: 'RequestEmailChange',
    typed: { 'New e-mail': 'no address', 'Your password': 'cartograph' },
    faulty: ['New e-mail'],
  },
  {
    path: '/account/security',
    button: 'Change it',
    operation: 'ChangePassword',
    typed: { 'Current password': 'cartograph', 'New password': 'short' },
    faulty: ['New password'],
  },
  {
    path: '/checkout',
    button: 'Place the order',
    operation: 'Checkout',
    typed: { 'Full name': 'Mia Example', 'Street and number': 'Long Lane 1', 'Postal code': '1'.repeat(30) },
    // Which postal codes there are depends on the country.
    faulty: ['City', 'Country'],
  },
];

const formsOfStaff = (productId: string, orderId: string): readonly Form[] => [
  {
    path: '/admin/catalogue/new',
    button: 'Add it to the catalogue',
    operation: 'AdminCreateProduct',
    typed: { SKU: 'no <sku>', Name: 'Oak stool', 'Price in EUR': '-1', 'Units in stock': '4' },
    faulty: ['SKU', 'Price in EUR', 'Category'],
  },
  {
    path: `/admin/catalogue/${productId}`,
    button: 'Save',
    operation: 'AdminUpdateProduct',
    typed: { Name: 'Oak stool', 'Price in EUR': '-1' },
    faulty: ['Price in EUR'],
  },
  {
    path: `/admin/catalogue/${productId}`,
    button: 'Adjust',
    operation: 'AdminAdjustStock',
    typed: { 'Add or remove': '-5000', Reason: 'Counted wrong' },
    faulty: ['Add or remove'],
  },
  {
    path: '/admin/catalogue/categories/new',
    button: 'Add it to the shop',
    operation: 'AdminCreateCategory',
    typed: { Name: 'Kitchen again', Slug: 'kitchen' },
    faulty: ['Slug'],
  },
  {
    path: '/admin/catalogue/categories/kitchen/edit',
    button: 'Save name and description',
    operation: 'AdminUpdateCategory',
    typed: { Name: ' ', Description: 'Pans and pots.' },
    faulty: ['Name'],
  },
  {
    // One that defines none itself.
    path: '/admin/catalogue/categories/lighting/edit',
    opener: 'Add a property',
    button: 'Save the properties',
    operation: 'AdminUpdateCategory',
    typed: { Property: ' ' },
    faulty: ['Property'],
  },
  {
    path: '/admin/webhooks',
    opener: 'New webhook',
    button: 'Create',
    operation: 'AdminCreateWebhook',
    typed: { Address: 'no address' },
    faulty: ['Address'],
  },
  {
    path: `/admin/orders/${orderId}`,
    opener: 'Refund …',
    button: 'Refund',
    operation: 'AdminRefundPayment',
    typed: { Amount: '5000', Reason: 'A scratch' },
    faulty: ['Amount'],
  },
];

/** The network is slow, and the form is sent in every way that people send one twice; answers how often it went out. */
async function sendImpatiently(page: Page, form: Locator, { operation, button }: Form): Promise<number> {
  let sent = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  await intercept(page, operation, async (go) => {
    sent += 1;
    await gate;
    await go();
  });
  const submit = form.getByRole('button', { name: button });
  await submit.dblclick();
  await submit.press('Enter');
  await submit.press('Enter');
  const field = form.locator('input:not([type=radio]):not([type=checkbox])').first();
  if ((await field.count()) > 0) await field.press('Enter');
  await form.evaluate((element) => {
    const sendable = element as unknown as { requestSubmit(): void };
    sendable.requestSubmit();
    sendable.requestSubmit();
  });
  release();
  await submit.and(page.locator('[aria-busy=false]')).waitFor();
  await page.unroute('**/graphql');
  return sent;
}

async function expectKindness(page: Page, given: Form): Promise<void> {
  await page.goto(given.path);
  if (given.opener) await page.getByRole('button', { name: given.opener }).click();
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: given.button }) });
  const field = (label: string) =>
    form.getByLabel(label, { exact: label === 'Name' || label === 'Property' });
  for (const [label, text] of Object.entries(given.typed)) await field(label).fill(text);

  expect([given.operation, await sendImpatiently(page, form, given)]).toEqual([given.operation, 1]);
  for (const label of given.faulty) {
    const id = await field(label).getAttribute('aria-describedby');
    expect([label, await field(label).getAttribute('aria-invalid')]).toEqual([label, 'true']);
    expect(await page.locator(`[id="${id}"]`).textContent()).toMatch(/\w+ .*\w/);
  }
  if (given.faulty.length === 0) await form.getByRole('alert').waitFor();
  for (const [label, text] of Object.entries(given.typed)) expect(await field(label).inputValue()).toBe(text);
}

export const describeForms = (shop: Storefront) =>
  story(shop, 'every form', () => {
    it('of a guest should say what is wrong beside the field, keep what was typed, and send once', async () => {
      const { page } = await shop.newVisitor();
      for (const form of FORMS_OF_GUESTS) await expectKindness(page, form);
      await page.context().close();
    }, 120_000);

    it('of a customer should say what is wrong beside the field, keep what was typed, and send once', async () => {
      const { page } = await openSignedIn(shop, '/', { email: 'carl@example.com' });
      await addToCart(page, (await stockProduct(shop.admin, 5)).path);
      for (const form of FORMS_OF_CUSTOMERS) await expectKindness(page, form);
      await page.context().close();
    }, 120_000);

    it('of staff should say what is wrong beside the field, keep what was typed, and send once', async () => {
      const productId = await createProduct(shop.admin, 5);
      const customer = await registerCustomer(shop.stack);
      await fillCart(customer, productId);
      const { order } = await checkOut(customer);
      const { page } = await openSignedIn(shop, '/admin/orders');
      // Only what is paid can be refunded.
      await page.locator(`[data-column=PROCESSING] [data-order=${order!.number}]`).waitFor();
      for (const form of formsOfStaff(productId, order!.id)) await expectKindness(page, form);
      await page.context().close();
    }, 120_000);
  });
