import type { LoadLimiter } from "./load-limiter.js";
import type { RefusalReason } from "./refusals.js";

/** What the load limits of a server count. Calls that nothing limits are not counted. */
export interface ServerLoad {
  /** Handlers that run. */
  readonly running: number;
  /** Calls that wait for a place. */
  readonly waiting: number;
  /** Calls that the server as a whole may run at once now; undefined if it has no limit. */
  readonly limit: number | undefined;
  /**
   * Calls turned away since the start: for want of a place, as they came too fast, and after they had waited.
   */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** Connections closed as there were too many. */
  readonly refusedConnections: number;
}

/** The counts as they are now. */
export function serverLoad(limiter: LoadLimiter, refusedConnections: number): ServerLoad {
  const { limit, running } = limiter.server;
  return {
    running,
    waiting: limiter.waiting,
    limit: limit === Number.POSITIVE_INFINITY ? undefined : limit,
    refused: { ...limiter.refused },
    refusedConnections,
  };
}
