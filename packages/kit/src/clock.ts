/** Gives the present moment. Passed in wherever time decides, so that tests can set it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
