import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '..', '..', 'findings');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.sh'));
const page = readFileSync(join(folder, 'README.md'), 'utf8');

describe('findings/', () => {
  it('has a README that lists every script once, and no other', () => {
    const listed = [...page.matchAll(/^\| \[([^\]]+\.sh)\]\(\1\)/gm)].map(([, name]) => name!);
    expect(listed.sort()).toEqual(scripts.sort());
  });

  it.each(scripts)('%s can be run, and begins with what it shows', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).toMatch(/^#!\/usr\/bin\/env bash\n# \S.{20,}\n#\n# \S/);
    expect(statSync(join(folder, name)).mode & 0o100).toBe(0o100);
  });

  it.each(scripts)('%s names the versions, the guess and what happens instead', (name) => {
    const [, head = ''] = /^#!.*\n((?:#.*\n|\n)+)/.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
    expect(head).toMatch(/\d+\.\d+/);
    expect(head).toMatch(/would guess/i);
    expect(head).toMatch(/temporary|mktemp|Why it matters|happens/i);
  });
});
