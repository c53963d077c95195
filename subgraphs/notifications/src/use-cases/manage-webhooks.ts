import { randomBytes } from 'node:crypto';
import { isId, type Clock } from '@cartograph/kit';
import { collectRefusals, Refusal } from '@cartograph/kit/refusal';
import { printable } from '@cartograph/kit/text';
import { refuseWebhookUrl } from '../channels/webhook-address.js';
import {
  isWebhookEventType,
  rotateSecret,
  WEBHOOK_EVENT_TYPES,
  type Webhook,
  type WebhookDelivery,
} from '../domain/webhook.js';
import type { NotificationsStore, NotificationsTransaction } from '../store/store.js';

interface Deps {
  readonly store: NotificationsStore;
  readonly newId: () => string;
  readonly clock: Clock;
  /** Allows http and private addresses. */
  readonly allowPrivate: boolean;
  /** Called after a commit that made webhook deliveries due. */
  readonly onDeliveries: () => void;
}

/** What staff do with webhooks. */
export interface ManageWebhooks {
  /** @throws Refusal INVALID_INPUT, WEBHOOK_URL_REFUSED */
  create(input: {
    url: string;
    eventTypes: readonly string[];
  }): Promise<{ webhook: Webhook; secret: string }>;
  /** @throws Refusal NOT_FOUND, TOO_MANY_SECRETS */
  rotateSecret(webhookId: string): Promise<{ webhook: Webhook; secret: string }>;
  /** @throws Refusal NOT_FOUND */
  setActive(webhookId: string, isActive: boolean): Promise<Webhook>;
  /** @throws Refusal NOT_FOUND */
  remove(webhookId: string): Promise<void>;
  /** Delivers an event again, immediately and in one attempt. @throws Refusal NOT_FOUND, INVALID_INPUT */
  redeliver(deliveryId: string): Promise<WebhookDelivery>;
}

const webhookNotFound = () => new Refusal('NOT_FOUND', 'Webhook not found.', ['webhookId']);

export function createManageWebhooks(deps: Deps): ManageWebhooks {
  const { store, newId, clock, allowPrivate, onDeliveries } = deps;

  async function change(
    id: string,
    decide: (current: Webhook) => Partial<Webhook>,
    alsoDo?: (tx: NotificationsTransaction) => Promise<void>,
  ): Promise<Webhook> {
    return store.transaction(async (tx) => {
      const current = isId(id) ? await tx.lockWebhook(id) : undefined;
      if (!current) throw webhookNotFound();
      const changed = await tx.updateWebhook(id, decide(current));
      await alsoDo?.(tx);
      return changed;
    });
  }

  return {
    async create({ url: given, eventTypes }) {
      const url = given.trim();
      const refusals = collectRefusals<'WEBHOOK_URL_REFUSED'>();
      const urlFault = refuseWebhookUrl(url, { allowPrivate });
      if (urlFault) refusals.add(['url'], urlFault, 'WEBHOOK_URL_REFUSED');
      const typeFault = eventTypesFault(eventTypes);
      if (typeFault) refusals.add(['eventTypes'], typeFault);
      refusals.throwIfAny();
      const secret = newSecret();
      const webhook: Webhook = {
        id: newId(),
        url: new URL(url).href,
        eventTypes: [...new Set(eventTypes)],
        secret,
        previousSecrets: [],
        isActive: true,
        disabledReason: null,
        createdAt: clock(),
      };
      await store.insertWebhook(webhook);
      return { webhook, secret };
    },

    async rotateSecret(webhookId) {
      const secret = newSecret();
      const webhook = await change(webhookId, (current) => {
        const rotated = rotateSecret(current, secret, clock());
        if (rotated) return rotated;
        throw new Refusal(
          'TOO_MANY_SECRETS',
          'This webhook has 20 valid secrets, which is the limit. A secret is valid for 24 hours after it was replaced; try again later.',
          ['webhookId'],
        );
      });
      return { webhook, secret };
    },

    setActive: (webhookId, isActive) =>
      change(
        webhookId,
        () =>
          isActive ? { isActive, disabledReason: null } : { isActive, disabledReason: 'Disabled by staff.' },
        async (tx) => (isActive ? undefined : tx.failPendingDeliveries(webhookId)),
      ),

    async remove(webhookId) {
      if (!isId(webhookId) || !(await store.deleteWebhook(webhookId))) throw webhookNotFound();
    },

    async redeliver(deliveryId) {
      const delivery = isId(deliveryId) ? await store.delivery(deliveryId) : undefined;
      if (!delivery) throw new Refusal('NOT_FOUND', 'Delivery not found.', ['deliveryId']);
      await store.transaction(async (tx) => {
        const webhook = await tx.lockWebhook(delivery.webhookId);
        if (!webhook?.isActive)
          throw new Refusal('INVALID_INPUT', 'The webhook is disabled. Enable it first.', ['deliveryId']);
        await tx.updateDelivery(delivery.id, { status: 'PENDING', isRepeat: true, dueAt: clock() });
      });
      onDeliveries();
      return (await store.delivery(deliveryId)) ?? delivery;
    },
  };
}

/** A sentence that says what is wrong with a selection of event types; undefined if it is valid. */
function eventTypesFault(eventTypes: readonly string[]): string | undefined {
  if (eventTypes.length === 0) return 'Choose at least one event type.';
  const unknown = eventTypes.filter((type) => !isWebhookEventType(type));
  if (unknown.length === 0) return undefined;
  const names = unknown.slice(0, 5).map((type) => `"${printable(type, 60)}"`);
  return `Unknown event types: ${names.join(', ')}. Expected any of ${WEBHOOK_EVENT_TYPES.join(', ')}.`;
}

/** 24 random bytes, the least that the specification allows. */
const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;
