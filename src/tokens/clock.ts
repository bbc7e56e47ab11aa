/**
 * Tells the time in milliseconds since 1970. Rules take it as an argument instead of asking the system, so that tests can move it.
 */
export type Clock = () => number;

/** The system's own clock. */
export const systemClock: Clock = Date.now;
