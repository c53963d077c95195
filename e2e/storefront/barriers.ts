import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What another look of the same page can break; names and roles it leaves as they are. */
const RULES_OF_LOOKS = [
  'color-contrast',
  'link-in-text-block',
  'scrollable-region-focusable',
  'aria-hidden-focus',
  'button-name',
  'link-name',
  'label',
];

/** How a page is read; each is loaded once and looked at in all ways. */
const LOOKS = [
  { colorScheme: 'light', width: 1280, options: {} },
  { colorScheme: 'dark', width: 360, options: { runOnly: RULES_OF_LOOKS } },
] as const;

/** Colours change at once (app/styles.css): axe must not measure them on their way. */
export const READER: BrowserContextOptions = { reducedMotion: 'reduce' };

/** What keeps people from using the page as it stands: what axe finds serious, and what is cut off at its edge. */
async function findBarriers(page: Page, options: object): Promise<readonly string[]> {
  await page.evaluate(`globalThis.axe ?? (() => {${axeSource}})()`);
  const violations = await page.evaluate(
    async (given) => {
      const { axe } = globalThis as unknown as {
        axe: { run(given: object): Promise<{ violations: Violation[] }> };
      };
      return (await axe.run(given)).violations;
    },
    { ...options, resultTypes: ['violations'] },
  );
  // A dialog has its own scrollbar: content that is too wide does not make the page wider.
  const tooWide = await page.evaluate<readonly string[]>(`
    [document.documentElement, ...document.querySelectorAll('dialog[open], dialog[open] *')]
      .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      .filter((element) => !element.matches('.truncate, .sr-only, select, pre'))
      .map((element) => element.tagName.toLowerCase() + ' is ' + (element.scrollWidth - element.clientWidth) + ' px too wide')
  `);
  return [
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html ?? ''}`),
    ...tooWide,
  ];
}

/** Gathers what is found, page by page and look by look; pages may be checked side by side. */
export function createBarrierReport() {
  const barriers: Record<string, readonly string[]> = {};
  return {
    barriers,
    async check(page: Page, name: string): Promise<void> {
      for (const { colorScheme, width, options } of LOOKS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const found = await findBarriers(page, options);
        if (found.length > 0) barriers[`${name}, ${colorScheme}, ${width} px`] = found;
      }
    },
  };
}

/** Once the page has its heading and all that it waits for: what is still loading is drawn as a placeholder. */
export async function settle(page: Page): Promise<void> {
  await page.locator('main').getByRole('heading', { level: 1 }).waitFor();
  await page.locator('main .animate-pulse').first().waitFor({ state: 'detached' });
}
