import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
});
const pages = listed.stdout
  .toString()
  .split('\n')
  .filter((file) => file && existsSync(join(root, file)));

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links of a page to other files of the project, with what is wrong with them. */
function brokenLinks(page: string): readonly string[] {
  const text = read(page).replaceAll(/```[^]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
    if (/^(https?:|mailto:)/.test(target!)) return [];
    const [path = '', anchor] = target!.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, file))) return [`${page}: ${target} does not exist`];
    if (anchor && file.endsWith('.md') && !anchorsOf(file).includes(anchor))
      return [`${page}: ${target} has no such heading`];
    return [];
  });
}

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe('the pages', () => {
  it('link only to files and headings that exist', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  it('name only commands that npm knows', () => {
    const unknown = pages
      .filter((page) => !page.startsWith('docs/decisions/'))
      .flatMap((page) =>
        [...read(page).matchAll(/npm run ([a-z][a-z:-]*)/g)]
          .filter(([, name]) => !scripts[name!])
          .map(([command]) => `${page}: ${command}`),
      );
    expect(unknown).toEqual([]);
  });

  it('of docs/ are all on its map, docs/README.md', () => {
    const documents = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== 'docs/README.md');
    const map = read('docs/README.md');
    expect(documents.filter((page) => !map.includes(`(${page.replace('docs/', '')}`))).toEqual([]);
  });
});

describe('package.json', () => {
  it('has at most 30 scripts, none of which runs before another', () => {
    expect(Object.keys(scripts).length).toBeLessThanOrEqual(30);
    expect(
      Object.keys(scripts).filter(
        (name) => scripts[name.replace(/^(pre|post)/, '')] && /^(pre|post)/.test(name),
      ),
    ).toEqual([]);
  });

  it('runs files that exist', () => {
    const files = Object.values(scripts).map((command) => /run\.mjs (?:--\w+ )?(\S+)/.exec(command)?.[1]);
    expect(
      files.filter((file) => !file || (!/dist\/|node_modules/.test(file) && !existsSync(join(root, file)))),
    ).toEqual([]);
  });
});
