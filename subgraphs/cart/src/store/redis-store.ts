import { createHash } from 'node:crypto';
import { isCurrencyCode } from '@cartograph/money';
import type { RedisClient } from '@cartograph/kit/redis';
import { Cluster } from 'ioredis';
import type { Cart, CartLimits, CartLine, Snapshot } from '../domain/cart.js';
import type { Difference } from '../domain/warnings.js';
import { defineScripts, whenAvailable, type ScriptAnswer } from './scripts.js';
import type { CartStore, Change, ClaimOutcome, MergedLine, NotDone } from './store.js';

/** A line as the scripts store it. */
interface StoredLine {
  position: number;
  quantity: number;
  name: string;
  minor: number;
  currency: string;
}

/** Longer than any event is delivered again: replaying a dead letter may take days. */
const HANDLED_MARK_MS = 30 * 24 * 3600 * 1000;

/** How long a repeated request is recognized by its idempotency key. */
const REQUEST_MARK_MS = 24 * 3600 * 1000;

// The braces mark the hash tag: all keys of a cart are in one slot of a cluster.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
const keyOf = (cartId: string) => `cart:{${cartId}}`;
const handledKey = (cartId: string, id: string) => `${keyOf(cartId)}:handled:${id}`;
const mergedKey = (cartId: string, guestCartId: string) => `${keyOf(cartId)}:merged:${guestCartId}`;
const requestKey = (cartId: string, key: string) =>
  `${keyOf(cartId)}:request:${createHash('sha256').update(key).digest('base64url')}`;
const archivedKey = (productId: string) => `archived:{${productId}}`;

/** Carts in Redis. Each is a hash, which scripts change atomically; scripts/prelude.lua describes it. */
export function createRedisStore(client: RedisClient, limits: CartLimits): CartStore {
  const { lifetimeMs, maxLines, maxQuantity } = limits;
  const runScript = defineScripts(client);

  const change = async (
    ...[name, cartId, ...args]: [Parameters<typeof runScript>[0], string, ...(string | number)[]]
  ) => toChange(cartId, await runScript(name, [keyOf(cartId)], [lifetimeMs, ...args]));

  return {
    async read(cartId, { renew }) {
      const [outcome, , hash] = await runScript('read', [keyOf(cartId)], [lifetimeMs, renew ? '1' : '0']);
      return outcome === 'done' ? toCart(cartId, fieldsOf(hash)) : null;
    },
    async readMany(cartIds) {
      const hashes = await whenAvailable(() => readHashes(client, cartIds.map(keyOf)));
      return hashes.map((hash, index) => {
        const isOpen = Object.keys(hash).length > 0 && hash['mergingInto'] === undefined;
        return isOpen ? toCart(cartIds[index]!, hash) : null;
      });
    },
    async add(cartId, { productId, quantity, stock, snapshot }, { create, idempotencyKey }) {
      const answer = await runScript(
        'add',
        [keyOf(cartId), requestKey(cartId, idempotencyKey ?? '')],
        [
          lifetimeMs,
          create ? '1' : '0',
          maxLines,
          maxQuantity,
          productId,
          quantity,
          stock,
          toStored(snapshot),
          idempotencyKey === undefined ? '' : contentOf({ productId, quantity }),
          REQUEST_MARK_MS,
        ],
      );
      return toChange(cartId, answer);
    },
    async findAdded(cartId, line, idempotencyKey) {
      const earlier = await whenAvailable(() => client.get(requestKey(cartId, idempotencyKey)));
      if (earlier === null) return undefined;
      if (earlier !== contentOf(line)) return { outcome: 'key-reused' };
      const cart = await this.read(cartId, { renew: false });
      return cart ? { outcome: 'done', cart } : { outcome: 'no-cart' };
    },
    setQuantity: (cartId, { productId, quantity, stock, snapshot }) =>
      change('set', cartId, productId, quantity, stock ?? '', snapshot ? toStored(snapshot) : ''),
    remove: (cartId, list, productId) => change('remove', cartId, list === 'lines' ? 'l' : 's', productId),
    clear: (cartId) => change('clear', cartId),
    applyCoupon: (cartId, code) => change('apply-coupon', cartId, code),
    removeCoupon: (cartId, code) => change('remove-coupon', cartId, code),
    save: (cartId, productId) => change('save', cartId, maxLines, maxQuantity, productId),
    async restore(cartId, { productId, stock, snapshot }) {
      const args = [lifetimeMs, maxLines, maxQuantity, productId, stock, toStored(snapshot)];
      const answer = await runScript('restore', [keyOf(cartId)], args);
      const result = toChange(cartId, answer);
      return result.outcome === 'done' ? { ...result, asked: answer[1] } : result;
    },

    async readForMerge(guestCartId) {
      const hash = await whenAvailable(() => client.hgetall(keyOf(guestCartId)));
      if (Object.keys(hash).length === 0) return null;
      return { cart: toCart(guestCartId, hash), mergingInto: hash['mergingInto'] ?? null };
    },
    async beginMerge(guest, userId) {
      const [outcome, , hash] = await runScript(
        'begin-merge',
        [keyOf(guest.id)],
        [lifetimeMs, userId, guest.version],
      );
      if (outcome !== 'done') return { outcome: outcome as 'no-cart' | 'version-changed' };
      const fields = Object.entries(fieldsOf(hash));
      return { outcome, claims: fields.filter(([name]) => name.startsWith('c:')).map(([, claim]) => claim) };
    },
    async merge(cartId, guestCartId, { lines, saved, couponCode, claims }) {
      const [, , hash, differences] = await runScript(
        'merge',
        [keyOf(cartId), mergedKey(cartId, guestCartId)],
        [
          lifetimeMs,
          maxLines,
          maxQuantity,
          maxLines,
          toStoredLines(lines),
          toStoredLines(saved),
          couponCode ?? '',
          ...claims,
        ],
      );
      return { cart: toCart(cartId, fieldsOf(hash)), differences: readDifferences(differences!) };
    },
    async endMerge(guestCartId, userId) {
      await runScript('end-merge', [keyOf(guestCartId)], [lifetimeMs, userId]);
    },
    async wasMerged(cartId, guestCartId) {
      return (await whenAvailable(() => client.exists(mergedKey(cartId, guestCartId)))) === 1;
    },

    async claim(cartId, holder, orderId) {
      const answer = await runScript('claim', [keyOf(cartId)], [lifetimeMs, holder, orderId]);
      return toClaim(cartId, answer);
    },
    async release(cartId, orderId) {
      const [outcome] = await runScript('release', [keyOf(cartId)], [lifetimeMs, orderId]);
      return outcome === 'done';
    },
    async takeOrdered(cartId, { orderId, items, eventId = orderId }) {
      const [outcome] = await runScript(
        'take-ordered',
        [keyOf(cartId), handledKey(cartId, `order:${orderId}`), handledKey(cartId, eventId)],
        [
          lifetimeMs,
          HANDLED_MARK_MS,
          orderId,
          ...items.flatMap(({ productId, quantity }) => [productId, quantity]),
        ],
      );
      return outcome as 'done' | 'no-cart' | 'repeated' | 'merging';
    },

    async noteArchived(productId, isArchived) {
      const key = archivedKey(productId);
      await whenAvailable(async () =>
        isArchived ? client.set(key, '1', 'PX', 2 * lifetimeMs) : client.del(key),
      );
    },
    async knownArchived(productIds) {
      const notes = await whenAvailable(() =>
        Promise.all(productIds.map((id) => client.exists(archivedKey(id)))),
      );
      return notes.map((count) => count === 1);
    },
  };
}

const contentOf = (line: { productId: string; quantity: number }) =>
  JSON.stringify(['addToCart', line.productId, line.quantity]);

/** A pipeline must stay within one node, so a cluster gets single commands, sent at once. */
async function readHashes(client: RedisClient, keys: readonly string[]): Promise<Record<string, string>[]> {
  if (client instanceof Cluster) return Promise.all(keys.map((key) => client.hgetall(key)));
  const pipeline = client.pipeline();
  for (const key of keys) pipeline.hgetall(key);
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, hash]) => {
    if (error) throw error;
    return hash as Record<string, string>;
  });
}

/** A lone surrogate is not valid UTF-8, and Lua's JSON refuses it. */
const toStored = ({ name, unitPrice }: Snapshot): string =>
  JSON.stringify({
    name: name.replace(/\p{Surrogate}/gu, '\uFFFD'),
    minor: unitPrice.minor,
    currency: unitPrice.currency,
  });

const toStoredLines = (lines: readonly MergedLine[]): string =>
  JSON.stringify(
    lines.map(({ productId, quantity, stock, snapshot }) => ({
      id: productId,
      quantity,
      ...(stock !== null && { stock }),
      snapshot: JSON.parse(toStored(snapshot)) as unknown,
    })),
  );

function readDifferences(text: string): Difference[] {
  const differences = JSON.parse(text) as (Omit<Difference, 'productId'> & { id: string })[];
  return differences.map(({ id, ...rest }) => ({ productId: id, ...rest }));
}

function toChange(cartId: string, [outcome, number, hash]: ScriptAnswer): Change {
  if (outcome === 'done') return { outcome, cart: toCart(cartId, fieldsOf(hash)) };
  if (outcome === 'over-limit' || outcome === 'over-stock') return { outcome, held: number };
  return { outcome } as NotDone;
}

function toClaim(cartId: string, [outcome, number, hash, orderId]: ScriptAnswer): ClaimOutcome {
  if (outcome === 'done') return { outcome, cart: toCart(cartId, fieldsOf(hash)), orderId: orderId! };
  if (outcome === 'claimed-before') return { outcome, orderId: orderId!, ageMs: number };
  if (outcome === 'ordered') return { outcome, orderId: orderId! };
  return { outcome } as ClaimOutcome;
}

function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) fields[flat[i]!] = flat[i + 1]!;
  return fields;
}

function toCart(id: string, hash: Readonly<Record<string, string>>): Cart {
  return {
    id,
    lines: readLines('l:', hash),
    saved: readLines('s:', hash),
    couponCode: hash['coupon'] ?? null,
    version: Number(hash['version'] ?? 0),
    expiresAt: new Date(Number(hash['expiresAt'])),
  };
}

function readLines(prefix: string, hash: Readonly<Record<string, string>>): CartLine[] {
  return Object.entries(hash)
    .filter(([field]) => field.startsWith(prefix))
    .map(([field, text]) => ({ productId: field.slice(prefix.length), ...(JSON.parse(text) as StoredLine) }))
    .sort((left, right) => left.position - right.position)
    .map(({ productId, quantity, name, minor, currency }) => {
      if (!isCurrencyCode(currency)) throw new Error(`Unknown currency "${currency}" in a stored cart line.`);
      return { productId, quantity, name, unitPrice: { minor, currency } };
    });
}
