import type { DeadLetterResolvers } from '../generated/graphql.js';

export const deadLetterResolvers: DeadLetterResolvers = {
  eventType: ({ event }) => event?.type ?? null,
  event: ({ raw }) => raw,
  failedAt: ({ failedAt }) => new Date(failedAt),
};
