/** What the choice rests on; all numbers count, and none is negative. */
export interface DialDemand {
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** Connections that take requests; all of them are full. */
  readonly open: number;
  /** Dials in progress. */
  readonly dialing: number;
  readonly maxConnections: number;
  /** Streams that the peer allows on a connection; only looked at if one is open. */
  readonly streamsPerConnection: number;
}

/**
 * Decides how many dials to start. One if there is nothing yet: how many streams the peer allows is known only then.
 * After that as many as hold all who wait, at once, as waiting for each in turn would take a round trip each.
 */
export function decideDials(demand: DialDemand): number {
  const { waiting, open, dialing, maxConnections, streamsPerConnection } = demand;
  if (waiting === 0) return 0;
  if (open === 0) return dialing === 0 ? 1 : 0;
  if (streamsPerConnection === 0) return 0;
  const wanted = Math.ceil(waiting / streamsPerConnection) - dialing;
  return Math.max(0, Math.min(wanted, maxConnections - open - dialing));
}
