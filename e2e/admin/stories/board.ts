import { isDeepStrictEqual } from 'node:util';
import { beforeAll, expect, it } from '@jest/globals';
import { until, type GraphClient } from '@cartograph/testing';
import type { Page } from 'playwright-core';
import { checkOut, createProduct, fillCart, registerCustomer, untilCartIsEmpty } from '../../harness/shop.js';
import { moveOrder, story, type Storefront } from '../../storefront/storefront.js';
import { intercept, openSignedIn } from '../../storefront/visitors.js';

const ORDERS = 50;
const CUSTOMERS = 5;

interface Placed {
  readonly id: string;
  readonly number: string;
}

const STATUSES = ['PENDING', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;

interface Card {
  readonly dataset: { readonly order: string; readonly column: string };
  closest(selector: string): Card;
}

/** Which orders stand in which column, as a person sees it. */
async function readBoard(page: Page): Promise<Record<string, string[]>> {
  // At one moment: read column by column, a card on its way would be seen twice or never.
  const cards = await page.locator('[data-column] [data-order]').evaluateAll((found) =>
    (found as unknown as Card[]).map((each) => ({
      number: each.dataset.order,
      status: each.closest('[data-column]').dataset.column,
    })),
  );
  return Object.fromEntries(
    STATUSES.map((status) => [
      status,
      cards.filter((each) => each.status === status).map(({ number }) => number),
    ]),
  );
}
/** Waits until as many orders stand in each column. */
async function waitForBoard(page: Page, expected: Readonly<Record<string, number>>): Promise<void> {
  let counts: Record<string, number> = {};
  const isAsExpected = async () => {
    const board = await readBoard(page);
    counts = Object.fromEntries(STATUSES.map((status) => [status, board[status]!.length]));
    return isDeepStrictEqual(counts, expected);
  };
  await until(isAsExpected, { timeoutMs: 60_000 }).catch(() => expect(counts).toEqual(expected));
}
const card = (page: Page, status: string, { number }: Placed) =>
  page.locator(`[data-column=${status}] [data-order=${number}]`);

export const describeBoard = (shop: Storefront) =>
  story(shop, 'the live board of orders', () => {
    let productId: string;
    let customers: readonly GraphClient[];
    let page: Page;
    const orders: Placed[] = [];

    const placeOrder = async (customer = customers[0]!): Promise<Placed> => {
      await fillCart(customer, productId);
      const { order, userErrors } = await checkOut(customer);
      if (!order) throw new Error(JSON.stringify(userErrors));
      // What was bought leaves the cart by event: until then the next order would hold it too.
      await untilCartIsEmpty(customer);
      return order;
    };

    beforeAll(async () => {
      productId = await createProduct(shop.admin, 500);
      customers = await Promise.all(
        Array.from({ length: CUSTOMERS }, () => registerCustomer(shop.stack, 'Berta Board')),
      );
      ({ page } = await openSignedIn(shop, '/admin/orders'));
      await page.locator('[data-connection=live]').waitFor();
    });

    it('should show fifty orders as they are placed, paid, shipped and delivered, without a reload', async () => {
      await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
      await Promise.all(
        customers.map(async (customer) => {
          for (let count = 0; count < ORDERS / CUSTOMERS; count += 1) orders.push(await placeOrder(customer));
        }),
      );
      await waitForBoard(page, { PENDING: 0, PROCESSING: ORDERS, SHIPPED: 0, DELIVERED: 0, CANCELLED: 0 });
      for (const [index, order] of orders.entries()) {
        if (index < 20) await moveOrder(shop, order.id, 'SHIPPED');
        if (index < 8) await moveOrder(shop, order.id, 'DELIVERED');
      }
      await waitForBoard(page, { PENDING: 0, PROCESSING: 30, SHIPPED: 12, DELIVERED: 8, CANCELLED: 0 });
      await page.locator('[data-column=PROCESSING] h2').getByText('30 orders').waitFor();
      expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true);

      // What moved live is what a new page is told.
      const moved = await readBoard(page);
      await page.reload();
      await waitForBoard(page, { PENDING: 0, PROCESSING: 30, SHIPPED: 12, DELIVERED: 8, CANCELLED: 0 });
      expect(await readBoard(page)).toEqual(moved);
    }, 300_000);

    it('should move a card at once when staff ships it, and keep the note in its history', async () => {
      const order = orders[20]!;
      let release = () => {};
      const gate = new Promise<void>((resolve) => (release = resolve));
      await intercept(page, 'AdminMoveOrder', async (go) => {
        await gate;
        await go();
      });
      await page.getByRole('button', { name: `Ship ${order.number}` }).click();
      await page.getByRole('dialog').getByLabel('Note').fill('With the morning van');
      await page.getByRole('dialog').getByRole('button', { name: 'Ship' }).click();
      await card(page, 'SHIPPED', order).waitFor();
      release();
      await page.getByRole('button', { name: `Mark delivered ${order.number}` }).waitFor();
      await page.unroute('**/graphql');
      const { order: now } = await shop.admin.expectData<{
        order: { status: string; history: { note: string | null }[] };
      }>('query ($id: ID!) { order(id: $id) { status history { note } } }', { id: order.id });
      expect(now.status).toBe('SHIPPED');
      expect(now.history.at(-1)!.note).toBe('With the morning van');
    });

    it('should put the card back and say why when the shop cannot be reached', async () => {
      const order = orders[21]!;
      await intercept(page, 'AdminMoveOrder', (_go, fail) => fail());
      await page.getByRole('button', { name: `Ship ${order.number}` }).click();
      const note = page.getByRole('dialog').getByLabel('Note');
      await note.fill('By the back door');
      await page.getByRole('dialog').getByRole('button', { name: 'Ship' }).click();
      await page.locator('[role=alert][data-problem=offline]').waitFor();
      await card(page, 'PROCESSING', order).waitFor();
      expect(await card(page, 'SHIPPED', order).count()).toBe(0);
      await page.unroute('**/graphql');
      // What was typed is there again.
      await page.getByRole('button', { name: `Ship ${order.number}` }).click();
      expect(await note.inputValue()).toBe('By the back door');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    it('should show the real status of an order when a colleague was faster', async () => {
      const order = orders[22]!;
      await intercept(page, 'AdminMoveOrder', async (go) => {
        await moveOrder(shop, order.id, 'CANCELLED');
        await go();
      });
      await page.getByRole('button', { name: `Ship ${order.number}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Ship' }).click();
      await page
        .getByRole('alert')
        .getByText(/cancelled/i)
        .waitFor();
      await card(page, 'CANCELLED', order).waitFor();
      expect(await card(page, 'SHIPPED', order).count()).toBe(0);
      await page.unroute('**/graphql');
    });

    it('should say that the connection is lost, and catch up when it is back', async () => {
      const [first, second] = [orders[23]!, orders[24]!];
      await page.context().setOffline(true);
      await page.locator('[data-connection=lost], [data-connection=connecting]').waitFor();
      await moveOrder(shop, first.id, 'SHIPPED');
      await moveOrder(shop, second.id, 'CANCELLED');
      const placed = await placeOrder();
      expect(await card(page, 'PROCESSING', first).count()).toBe(1);
      await page.context().setOffline(false);
      await page.locator('[data-connection=live]').waitFor();
      await card(page, 'SHIPPED', first).waitFor();
      await card(page, 'CANCELLED', second).waitFor();
      await card(page, 'PROCESSING', placed).waitFor();
    });

    it('should find an order by its number, and refund a part of it', async () => {
      const order = orders[0]!;
      await page.getByLabel('Find an order by its number').fill(order.number.toLowerCase());
      await page.getByLabel('Find an order by its number').press('Enter');
      await page.getByRole('heading', { level: 1, name: order.number }).waitFor();
      await page.getByText('Berta Board (the customer)').waitFor();
      await page.getByRole('button', { name: 'Refund …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Amount').fill('999');
      await dialog.getByRole('button', { name: 'Refund' }).click();
      await dialog.locator('[aria-invalid=true], [role=alert]').first().waitFor();
      expect(await dialog.getByLabel('Amount').inputValue()).toBe('999');
      await dialog.getByLabel('Amount').fill('2.50');
      await dialog.getByLabel('Reason').fill('A scratch');
      await dialog.getByRole('button', { name: 'Refund' }).click();
      await page.getByText('“A scratch”').first().waitFor();
      await page.getByText('€2.50').first().waitFor();
    });
  });
