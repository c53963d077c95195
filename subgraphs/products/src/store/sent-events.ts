import { parseEvent, type AnyEvent } from '@cartograph/events';
import { KEEP_SENT_MS, type OutboxSource } from '@cartograph/kit';
import type { Clock } from '@cartograph/kit/clock';
import type { Collections, SentEventDocument } from './collections.js';
import { ignoreDuplicates } from './duplicates.js';

const AGGREGATE = 'products';
const RESEND_BATCH = 500;

interface Deps {
  readonly collections: Pick<Collections, 'sentEvents' | 'sentMarks'>;
  /** Whether this process publishes. */
  readonly isLeader: () => Promise<boolean>;
  readonly clock: Clock;
}

export interface SentEvents extends Required<Pick<OutboxSource, 'marks' | 'resend' | 'tidy'>> {
  /** Keeps events that were published with a mark. Those that were kept before keep their mark. */
  keep(events: readonly AnyEvent[], mark: number): Promise<void>;
}

/** The events that were published, and the mark of the last batch. */
export function createSentEvents({ collections, isLeader, clock }: Deps): SentEvents {
  const { sentEvents, sentMarks } = collections;

  const setMark = (mark: number) =>
    sentMarks.updateOne({ _id: AGGREGATE }, { $max: { mark } }, { upsert: true });

  async function lastMark(): Promise<number> {
    return (await sentMarks.findOne({ _id: AGGREGATE }))?.mark ?? 0;
  }

  return {
    async keep(events, mark) {
      const sentAt = clock();
      const documents = events.map((event, place) => ({
        _id: event.id,
        mark,
        place,
        sentAt,
        event: JSON.stringify(event),
      }));
      if (documents.length > 0)
        await sentEvents.insertMany(documents, { ordered: false }).catch(ignoreDuplicates);
      await setMark(mark);
    },

    async marks() {
      const mark = await lastMark();
      return mark > 0 ? { [AGGREGATE]: mark } : {};
    },

    async resend(aggregate, { lossOf, send, recovered }) {
      if (aggregate !== AGGREGATE || !(await isLeader())) return undefined;
      const known = await lastMark();
      const loss = await lossOf(known);
      if (!loss) return undefined;
      let count = 0;
      let last: Pick<SentEventDocument, 'mark' | 'place'> = {
        mark: loss.kind === 'lost' ? loss.heldMark : 0,
        place: Number.MAX_SAFE_INTEGER,
      };
      for (;;) {
        const { mark, place } = last;
        const documents = await sentEvents
          .find({
            $or: [{ mark: { $gt: mark } }, { mark, place: { $gt: place } }],
            ...(loss.kind === 'asked' && { sentAt: { $gte: loss.since } }),
          })
          .sort({ mark: 1, place: 1 })
          .limit(RESEND_BATCH)
          .toArray();
        if (documents.length === 0) break;
        await send(
          documents.map(({ event }) => parseEvent(JSON.parse(event))),
          loss,
        );
        count += documents.length;
        last = documents.at(-1)!;
      }
      await setMark(await recovered(known, loss));
      return count;
    },

    async tidy(keepSentMs = KEEP_SENT_MS) {
      if (await isLeader())
        await sentEvents.deleteMany({ sentAt: { $lt: new Date(clock().getTime() - keepSentMs) } });
    },
  };
}
