import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';

/** What a person does in the shop, by what they see: labels, roles, words. */

export async function addToCart(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('dialog', { name: 'Your cart' }).getByRole('button', { name: 'Check out' }).waitFor();
}

export async function register(page: Page, name = 'Mia Example'): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('a long passphrase');
  await page.getByRole('button', { name: 'Create an account' }).click();
  return email;
}

/** From the cart's drawer, as a guest, to the checkout as a new customer. */
export async function goToCheckout(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Check out' }).click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  const email = await register(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  return email;
}

export async function fillAddress(page: Page): Promise<void> {
  await page.getByLabel('Street and number').fill('Long Lane 1');
  await page.getByLabel('Postal code').fill('3000');
  await page.getByLabel('City').fill('Bern');
  await page.getByLabel('Country').selectOption('CH');
}

export const placeOrder = (page: Page): Promise<void> =>
  page.getByRole('button', { name: /Place the order/ }).click();

/** Waits for the order's page, whose stream is open; answers the order's id. */
export async function reachOrder(page: Page): Promise<string> {
  await page.waitForURL('**/orders/*');
  await page.locator('[data-connection=live]').waitFor();
  return new URL(page.url()).pathname.split('/').at(-1)!;
}

/** Registers, buys one of the product, and stays on the order's page. */
export async function buy(page: Page, path: string): Promise<string> {
  await addToCart(page, path);
  await goToCheckout(page);
  await fillAddress(page);
  await placeOrder(page);
  return reachOrder(page);
}

export const waitForStatus = (page: Page, status: string): Promise<void> =>
  page.locator(`[data-order-status=${status}]`).waitFor();
