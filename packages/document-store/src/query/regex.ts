import { MongoError } from '../errors.js';

const cache = new Map<string, RegExp>();
const CACHE_SIZE = 500;

/** A PCRE pattern with MongoDB's options (i, m, s, x, u) as a JavaScript one. */
export function compileRegex(pattern: string, options: string): RegExp {
  const key = `${options}/${pattern}`;
  const known = cache.get(key);
  if (known) return known;
  for (const option of options)
    if (!'imsxlu'.includes(option)) throw new MongoError(51108, `invalid flag in regex options: ${option}`);
  const regex = translate(pattern, options);
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, regex);
  return regex;
}

function translate(pattern: string, options: string): RegExp {
  let source = pattern;
  let flags = [...'ims'].filter((flag) => options.includes(flag)).join('');
  const inline = /^\(\?([imsx]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    for (const flag of inline[1]!) if (flag !== 'x' && !flags.includes(flag)) flags += flag;
  }
  if (options.includes('x') || inline?.[1]?.includes('x')) source = stripComments(source);
  source = source
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\[\[:(\w+):\]\]/g, (whole, name: string) => posixClasses[name] ?? whole);
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // The strict grammar refuses escapes that PCRE allows, such as \- or \_.
    try {
      return new RegExp(source, flags);
    } catch (error) {
      throw new MongoError(51091, `Regular expression is invalid: ${(error as Error).message}`);
    }
  }
}

const posixClasses: Record<string, string> = {
  alpha: '[A-Za-z]',
  digit: '[0-9]',
  alnum: '[A-Za-z0-9]',
  upper: '[A-Z]',
  lower: '[a-z]',
  space: '\\s',
  punct: '[!-\\/:-@[-`{-~]',
};

/** The extended option: white space and `# …` outside classes do not count. */
function stripComments(source: string): string {
  return source.replace(/\\.|\[(?:\\.|[^\]\\])*\]|#[^\n]*|\s+/gs, (part) =>
    part.startsWith('#') || /^\s/.test(part) ? '' : part,
  );
}
