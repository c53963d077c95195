/** How an answer may be sent, by what the client accepts. */
export type ResponseKind = 'graphql' | 'json' | 'event-stream' | 'multipart' | 'html';

export const MEDIA_TYPES = {
  graphql: 'application/graphql-response+json; charset=utf-8',
  json: 'application/json; charset=utf-8',
} as const;

const CACHE_LIMIT = 200;
const cache = new Map<string, readonly ResponseKind[]>();

/**
 * The kinds a client accepts, the best first. A missing Accept means `application/json`, as older clients expect.
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Accept
 */
export function readAccept(header: string | undefined): readonly ResponseKind[] {
  if (header === undefined || header === '*/*') return ANYTHING;
  const known = cache.get(header);
  if (known) return known;
  const kinds = parseAccept(header);
  if (cache.size < CACHE_LIMIT) cache.set(header, kinds);
  return kinds;
}

const ANYTHING: readonly ResponseKind[] = ['json', 'graphql'];

function parseAccept(header: string): readonly ResponseKind[] {
  const ranges = header.split(',').map((range, index) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const values = new Map(
      parameters.map(
        (parameter) =>
          parameter.split('=', 2).map((part) => part.trim().replace(/^"|"$/g, '')) as [
            string,
            string | undefined,
          ],
      ),
    );
    const quality = Number(values.get('q') ?? 1);
    return { type, values, index, quality: Number.isNaN(quality) ? 1 : quality };
  });
  const sorted = ranges
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
  const kinds = sorted.flatMap(({ type, values }): readonly ResponseKind[] => {
    const charset = values.get('charset');
    if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') return [];
    switch (type) {
      case 'application/graphql-response+json':
        return ['graphql'];
      case 'application/json':
        return ['json'];
      case 'application/*':
      case '*/*':
        return ANYTHING;
      case 'text/event-stream':
        return ['event-stream'];
      case 'multipart/mixed':
        return ['multipart'];
      case 'text/html':
      case 'text/*':
        return ['html'];
      default:
        return [];
    }
  });
  return [...new Set(kinds)];
}
