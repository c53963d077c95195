import { expect, it } from '@jest/globals';
import { checkOut, fillCart, registerCustomer } from '../../harness/shop.js';
import { fillAddress, placeOrder, reachOrder, waitForStatus } from '../steps.js';
import { ANOTHER_MACHINE, story, stockProduct, type Storefront } from '../storefront.js';
import { enterAsCustomer } from '../visitors.js';

export const describeCheckoutTrouble = (shop: Storefront) =>
  story(shop, 'a checkout with problems', () => {
    /** A new customer at the checkout with one piece of the product and an address typed. */
    const arriveAtCheckout = async ({ id }: { readonly id: string }) => {
      const customer = await enterAsCustomer(shop, { wants: id });
      await customer.page.goto('/checkout');
      await fillAddress(customer.page);
      return customer;
    };
    const countOrders = async (email: string) => {
      const { users } = await shop.admin.expectData<{
        users: { nodes: { orders: { totalCount: number } }[] };
      }>('query ($search: String!) { users(search: $search) { nodes { orders { totalCount } } } }', {
        search: email,
      });
      return users.nodes[0]!.orders.totalCount;
    };

    it('should say that a payment was declined, and take another one on the same page', async () => {
      const { page } = await arriveAtCheckout(await stockProduct(shop.admin, 3));
      await page.getByLabel('Card ending 0002').check();
      await placeOrder(page);
      await reachOrder(page);
      await page.locator('[data-payment=FAILED]').waitFor();
      await page.getByText('The payment did not go through').waitFor();
      await page.getByLabel('Card ending 4242').check();
      await page.getByRole('button', { name: 'Pay again' }).click();
      await waitForStatus(page, 'PROCESSING');
      await page.locator('[data-payment=SUCCEEDED]').waitFor();
    }, 120_000);

    it('should say that another customer bought the last unit, and charge nothing', async () => {
      const product = await stockProduct(shop.admin, 1);
      const { page, email } = await arriveAtCheckout(product);
      const faster = await registerCustomer(shop.stack);
      await fillCart(faster, product.id);
      expect((await checkOut(faster)).order).not.toBeNull();

      await placeOrder(page);
      await page.locator('form').getByRole('alert').waitFor();
      expect(await page.locator('form').getByRole('alert').textContent()).toMatch(/stock|left|sold out/i);
      expect(await page.getByLabel('City').inputValue()).toBe('Bern');
      expect(new URL(page.url()).pathname).toBe('/checkout');
      expect(await countOrders(email)).toBe(0);
    }, 120_000);

    it('should show the new total when a price has changed, and order only for that one', async () => {
      const product = await stockProduct(shop.admin, 5);
      const { page, email } = await arriveAtCheckout(product);
      await shop.admin.expectData(
        'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { userErrors { message } } }',
        { input: { productId: product.id, price: { amount: '14.00', currency: 'EUR' } } },
      );
      await placeOrder(page);
      await page.getByText('The total has changed to €14.00').waitFor();
      expect(await countOrders(email)).toBe(0);
      await page.getByRole('button', { name: 'Accept €14.00 and order' }).click();
      await reachOrder(page);
      expect(await countOrders(email)).toBe(1);
    }, 120_000);

    it('should buy once if the response is lost and the page is loaded again', async () => {
      const { page, email, context } = await arriveAtCheckout(await stockProduct(shop.admin, 5));
      // The order arrives, the answer does not.
      await page.route('**/graphql', async (route) => {
        if (!route.request().postData()?.includes('mutation Checkout')) return route.fallback();
        await route.fetch();
        await route.abort('connectionreset');
      });
      await placeOrder(page);
      await page.getByText('Your order may already have reached us').waitFor();
      expect(await countOrders(email)).toBe(1);

      await page.unrouteAll({ behavior: 'wait' });
      await page.reload();
      await reachOrder(page);
      expect(await countOrders(email)).toBe(1);
      await context.close();
    }, 120_000);

    it.each(['', ANOTHER_MACHINE])(
      'should buy once from two tabs, and lead both to the one order (by plain HTTP from %j)',
      async (machine) => {
        const { id } = await stockProduct(shop.admin, 5);
        const { port } = new URL(shop.stack.url('gateway'));
        const customer = await enterAsCustomer(shop, {
          wants: id,
          ...(machine && { baseURL: `http://${machine}:${port}` }),
        });
        const tabs = [customer.page, await customer.context.newPage()] as const;
        for (const tab of tabs) {
          await tab.goto('/checkout');
          await fillAddress(tab);
        }
        // What was typed may differ.
        await tabs[1].getByLabel('Street and number').fill('Short Street 2');
        // In the same instant: a person's click would wait for what the other tab has changed here.
        await Promise.all(
          tabs.map((tab) => tab.evaluate("document.querySelector('main form').requestSubmit()")),
        );
        const orders = await Promise.all(
          tabs.map(async (tab) => {
            const link = tab.getByRole('link', { name: /^See your order/ });
            await Promise.race([tab.waitForURL('**/orders/*'), link.waitFor()]);
            if (new URL(tab.url()).pathname.startsWith('/orders/')) return reachOrder(tab);
            return (await link.getAttribute('href'))!.split('/').at(-1)!;
          }),
        );
        expect(new Set(orders).size).toBe(1);
        expect(await countOrders(customer.email)).toBe(1);
      },
      120_000,
    );

    it('should show the order in a tab that still has the checkout open when another tab has bought', async () => {
      const { page, context, email } = await arriveAtCheckout(await stockProduct(shop.admin, 5));
      const other = await context.newPage();
      await other.goto('/checkout');
      await fillAddress(other);
      await placeOrder(other);
      const orderId = await reachOrder(other);
      await page.getByText('you have already ordered this').waitFor();
      await page.getByRole('link', { name: /^See your order CG-/ }).click();
      await page.waitForURL(`**/orders/${orderId}`);
      expect(await countOrders(email)).toBe(1);
    }, 120_000);

    it('should show the order that was placed on another device while the checkout was open here', async () => {
      const { page, email, graph } = await arriveAtCheckout(await stockProduct(shop.admin, 5));
      const { order } = await checkOut(graph);
      await placeOrder(page);
      await page.getByText('you have already ordered this').waitFor();
      await page.getByRole('link', { name: /^See your order CG-/ }).click();
      await page.waitForURL(`**/orders/${order!.id}`);
      expect(await countOrders(email)).toBe(1);
    }, 120_000);

    it('should send once however often the button is pressed', async () => {
      const { page, email } = await arriveAtCheckout(await stockProduct(shop.admin, 5));
      let sent = 0;
      page.on('request', (request) => {
        if (request.postData()?.includes('mutation Checkout')) sent += 1;
      });
      await page.evaluate(
        'for (let press = 0; press < 5; press += 1) document.querySelector("form").requestSubmit()',
      );
      await reachOrder(page);
      expect(sent).toBe(1);
      expect(await countOrders(email)).toBe(1);
    }, 120_000);
  });
