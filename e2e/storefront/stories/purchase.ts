import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { createCoupon } from '../../harness/shop.js';
import { followMail } from '../mailbox.js';
import { ANOTHER_MACHINE, story, stockProduct, type Storefront } from '../storefront.js';
import {
  addToCart,
  buy,
  fillAddress,
  goToCheckout,
  placeOrder,
  reachOrder,
  waitForStatus,
} from '../steps.js';
import { enterAsCustomer, enterWithOrder, intercept, openSignedIn } from '../visitors.js';

// Without a browser there is nothing to test with: set CHROMIUM_PATH, or install the distribution's chromium.
export const describePurchases = (shop: Storefront) =>
  story(shop, 'a purchase in the browser', () => {
    it('should lead a guest from the first page to an order page that updates live while staff process the order', async () => {
      const { page, faults } = await shop.newVisitor();
      await page.goto('/');
      await page.getByRole('link', { name: 'Browse everything' }).click();
      await page.getByLabel('Search the shop').fill('lamp');
      await page.getByRole('heading', { name: 'Results for “lamp”' }).waitFor();
      await page.locator('main').getByRole('link', { name: /lamp/i }).first().click();
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Check out' }).waitFor();

      await page.reload();
      await page.getByRole('button', { name: 'Cart 1 piece' }).click();
      await goToCheckout(page);
      await page.getByRole('button', { name: 'Cart 1 piece' }).waitFor();
      await fillAddress(page);
      let loads = 0;
      page.on('load', () => (loads += 1));
      // Until the payment is charged, the order waits, and the customer sees that.
      await shop.stack.kill('payments');
      // The shop empties the cart a moment after the order is placed: a cart fetched in between would stay on the screen.
      let cartFetches = 0;
      await intercept(page, 'Cart', (go) => {
        cartFetches += 1;
        return go();
      });
      await placeOrder(page);
      await reachOrder(page);
      await waitForStatus(page, 'PENDING');
      await page.getByText('Thank you, we have your order').waitFor();
      const number = (await page.getByRole('heading', { level: 1 }).textContent())!;
      await shop.stack.start('payments');
      await waitForStatus(page, 'PROCESSING');
      await page.getByRole('button', { name: 'Cart 0 pieces' }).waitFor();
      expect(cartFetches).toBe(0);

      const staff = await openSignedIn(shop, '/admin/orders');
      const move = async (action: string) => {
        await staff.page.getByRole('button', { name: `${action} ${number}` }).click();
        await staff.page.getByRole('dialog').getByRole('button', { name: action }).click();
      };
      await move('Ship');
      await waitForStatus(page, 'SHIPPED');
      await page.getByText('The carrier has it.').waitFor();
      await move('Mark delivered');
      await waitForStatus(page, 'DELIVERED');
      expect(loads).toBe(0);
      expect(staff.faults).toEqual([]);
      expect(await page.locator('[data-connection]').count()).toBe(0);

      await page.getByRole('link', { name: 'Your orders' }).click();
      await page.locator('[data-status=DELIVERED]').waitFor();
      expect(faults).toEqual([]);
    }, 120_000);

    it('should lead to an order, and renew the session, where the page came by plain HTTP from another machine', async () => {
      const { port } = new URL(shop.stack.url('gateway'));
      const { page } = await shop.newVisitor({ baseURL: `http://${ANOTHER_MACHINE}:${port}` });
      await buy(page, (await stockProduct(shop.admin, 3)).path);
      expect(await page.evaluate('isSecureContext')).toBe(false);
      await waitForStatus(page, 'PROCESSING');
      const session = () =>
        page.evaluate<{ accessToken: string }>(`JSON.parse(localStorage.getItem('cartograph.session'))`);
      const { accessToken } = await session();
      await page.evaluate(`localStorage.setItem('cartograph.session', JSON.stringify({
        ...JSON.parse(localStorage.getItem('cartograph.session')), accessTokenExpiresAt: new Date().toISOString(),
      }))`);
      await page.reload();
      await page.locator('[data-connection=live]').waitFor();
      expect((await session()).accessToken).not.toBe(accessToken);
    });

    it('should say beside each field what is wrong, keep what was typed, and go on from there', async () => {
      const { page } = await shop.newVisitor();
      await addToCart(page, (await stockProduct(shop.admin, 3)).path);
      await page.getByRole('button', { name: 'Check out' }).click();
      await page.getByRole('link', { name: 'Create an account' }).click();
      await page.getByLabel('Name').fill('Mia Example');
      await page.getByLabel('E-mail').fill('not an address');
      await page.getByLabel('Password').fill('short');
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByText('Enter a valid e-mail address').waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe('Mia Example');
      expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
      await until(async () => (await page.locator(':focus').getAttribute('name')) === 'email');

      await page.getByLabel('E-mail').fill(`${Date.now()}@example.com`);
      await page.getByLabel('Password').fill('a long passphrase');
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByLabel('Street and number').fill('Long Lane 1');
      await page.getByLabel('Country').selectOption('CH');
      await placeOrder(page);
      await page.getByText('The city is required.').waitFor();
      await page.getByText('The postal code is required for Switzerland').waitFor();
      expect(await page.getByLabel('Street and number').inputValue()).toBe('Long Lane 1');

      await page.reload();
      expect(await page.getByLabel('Street and number').inputValue()).toBe('Long Lane 1');
      await fillAddress(page);
      await placeOrder(page);
      await reachOrder(page);
    }, 120_000);

    it('should show what a coupon takes off, and order at the total that it leaves', async () => {
      const code = `TEN-${Date.now()}`;
      await createCoupon(shop.admin, code);
      const { page, faults } = await enterAsCustomer(shop, {
        wants: (await stockProduct(shop.admin, 3)).id,
      });
      await page.goto('/checkout');
      const coupon = page.getByLabel('Coupon code');
      await coupon.fill('NO-SUCH-COUPON');
      await coupon.press('Enter');
      await page.getByText('There is no coupon with this code').waitFor();
      expect(await coupon.getAttribute('aria-invalid')).toBe('true');
      await coupon.fill(` ${code.toLowerCase()} `);
      await coupon.press('Enter');
      await page.getByText(`Ten percent (${code})`).waitFor();
      await page.getByText('-€1.25').waitFor();
      await page.getByRole('button', { name: 'Remove coupon' }).click();
      await page.getByRole('button', { name: 'Place the order · €12.50' }).waitFor();
      expect(await page.getByText(`Ten percent (${code})`).count()).toBe(0);
      await coupon.fill(code);
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('-€1.25').waitFor();
      await fillAddress(page);
      await page.getByRole('button', { name: '€11.25' }).click();
      await reachOrder(page);
      await page.getByText(`Ten percent (${code})`).waitFor();
      await page.getByText('€11.25').first().waitFor();
      expect(faults).toEqual([]);
    });

    it('should let a customer cancel an order and see the refund', async () => {
      const { customer, orderId } = await enterWithOrder(shop, (await stockProduct(shop.admin, 3)).id);
      const { page } = customer;
      await page.goto(`/orders/${orderId}`);
      await waitForStatus(page, 'PROCESSING');
      await page.getByRole('button', { name: 'Cancel this order' }).click();
      await page.getByRole('button', { name: 'Cancel the order' }).click();
      await waitForStatus(page, 'CANCELLED');
      await page.getByText('This order was cancelled').waitFor();
    }, 120_000);

    it('should show a customer their messages, devices and profile, and sign them out', async () => {
      const { page } = await enterAsCustomer(shop);
      await page.goto('/');
      await page.getByRole('link', { name: 'Mia', exact: true }).click();
      await page.getByRole('link', { name: 'Messages' }).click();
      await page.getByText('Welcome to Cartograph').waitFor();
      await page.getByRole('link', { name: 'Security' }).click();
      await page.getByText('this one').waitFor();
      await page.getByLabel('Current password').fill('wrong password');
      await page.getByLabel('New password').fill('another long passphrase');
      await page.getByRole('button', { name: 'Change it' }).click();
      await page.locator('[aria-invalid=true]').waitFor();
      await page.getByRole('link', { name: 'Profile' }).click();
      await page.getByLabel('What should we call you?').fill('Nora Example');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: 'Nora', exact: true }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      await page.goto('/account/profile');
      await page.waitForURL('**/sign-in?next=*');
    }, 120_000);

    it('should let a customer who forgot the password sign in by the mailed link, once', async () => {
      const { page, email } = await enterAsCustomer(shop);
      await page.goto('/account');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      // The page before has a field of that name, too.
      await page.getByRole('button', { name: 'E-mail me a link' }).waitFor();
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'E-mail me a link' }).click();
      await page.getByText('a link to choose a new password is on its way').waitFor();

      const link = await followMail(shop, email, '/reset-password');
      const phone = (await shop.newVisitor()).page;
      await phone.goto(link);
      await phone.getByLabel('New password').fill('short');
      await phone.getByRole('button', { name: 'Set it and sign in' }).click();
      await phone.locator('[aria-invalid=true]').waitFor();
      await phone.getByLabel('New password').fill('a new long passphrase');
      await phone.getByRole('button', { name: 'Set it and sign in' }).click();
      await phone.getByRole('heading', { name: 'Your orders' }).waitFor();

      // The link is used up, the old password too.
      await page.goto(link);
      await page.getByLabel('New password').fill('yet another passphrase');
      await page.getByRole('button', { name: 'Set it and sign in' }).click();
      await page.locator('form').getByRole('alert').waitFor();
      await page.getByRole('link', { name: 'Request a new one' }).waitFor();
      await page.goto('/sign-in');
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill('a long passphrase');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('form').getByRole('alert').waitFor();
      await page.getByLabel('Password').fill('a new long passphrase');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Your orders' }).waitFor();
    }, 120_000);

    it('should move an account to another address once the link mailed there is followed', async () => {
      const { page } = await enterAsCustomer(shop);
      const newEmail = `moved-${Date.now()}@example.com`;
      await page.goto('/account/profile');
      await page.getByLabel('New e-mail').fill(newEmail);
      await page.getByLabel('Your password').fill('not my password');
      await page.getByRole('button', { name: 'E-mail me a link to confirm it' }).click();
      await page.locator('[aria-invalid=true]').waitFor();
      expect(await page.getByLabel('New e-mail').inputValue()).toBe(newEmail);
      await page.getByLabel('Your password').fill('a long passphrase');
      await page.getByRole('button', { name: 'E-mail me a link to confirm it' }).click();
      await page.getByText(`A link is on its way to ${newEmail}`).waitFor();

      await page.goto(await followMail(shop, newEmail, '/confirm-email'));
      await page.getByRole('button', { name: 'Confirm it' }).click();
      await page.getByText('You now sign in and receive e-mail').waitFor();
      await page.getByRole('link', { name: 'To your profile' }).click();
      await page.getByText(newEmail).first().waitFor();
    }, 120_000);
  });
