import type { MongoClient } from 'mongodb';

/** Counts a client's connections by what the driver says of its pools; it has no figures to ask for. */
export function watchPool(client: MongoClient): () => { busy: number; idle: number; waiting: number } {
  let open = 0;
  let busy = 0;
  let waiting = 0;
  client.on('connectionCreated', () => (open += 1));
  client.on('connectionClosed', () => (open -= 1));
  client.on('connectionCheckOutStarted', () => (waiting += 1));
  client.on('connectionCheckOutFailed', () => (waiting -= 1));
  client.on('connectionCheckedOut', () => {
    waiting -= 1;
    busy += 1;
  });
  client.on('connectionCheckedIn', () => (busy -= 1));
  return () => ({ busy, idle: Math.max(0, open - busy), waiting });
}
