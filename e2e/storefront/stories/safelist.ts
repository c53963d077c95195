import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createGraphClient } from '@cartograph/testing';
import { startSecond, type SecondProcess } from '../../harness/second-process.js';
import { settle } from '../barriers.js';
import { buy, waitForStatus } from '../steps.js';
import { story, type Storefront } from '../storefront.js';

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const describeSafelist = (shop: Storefront) =>
  story(shop, 'a gateway that runs only the storefront’s own operations', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cartograph-safelist-'));
    let gateway: SecondProcess;
    beforeAll(async () => {
      const file = join(folder, 'operations.json');
      execFileSync(process.execPath, [at('gateway/dist/operations.js'), '--out', file, at('client/src')]);
      gateway = await startSecond(shop.stack, 'gateway', { SAFELIST_FILE: file, SAFELIST_MODE: 'enforce' });
    });
    afterAll(async () => {
      await gateway?.kill();
      rmSync(folder, { recursive: true, force: true });
    });

    it('should let a customer buy, follow the order and look at the account, and refuse anything else', async () => {
      const { page } = await shop.newVisitor({ baseURL: gateway.url });
      const refused: string[] = [];
      page.on('response', (response) => {
        if (response.status() === 403) refused.push(response.request().postData() ?? '');
      });
      await page.goto('/products');
      await page.locator('main h3').first().waitFor();
      await page
        .locator('main')
        .getByRole('link')
        .filter({ has: page.locator('h3') })
        .first()
        .click();
      await page.waitForURL('**/products/*');
      await buy(page, new URL(page.url()).pathname);
      await waitForStatus(page, 'PROCESSING');
      for (const name of ['orders', 'messages', 'security']) {
        await page.goto(`/account/${name}`);
        await settle(page);
        expect([name, await page.locator('[data-problem]').count()]).toEqual([name, 0]);
      }
      expect(refused).toEqual([]);
      const { errors } = await createGraphClient(`${gateway.url}/graphql`).query('{ categories { id } }');
      expect(errors?.[0]?.extensions?.code).toBe('OPERATION_NOT_ALLOWED');
    }, 120_000);
  });
