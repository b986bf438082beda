import type { CancelTimer } from "@thrice/core";
import type { Http2Clock } from "@thrice/http2";
import { every } from "./every.js";

/** What is watched. */
export interface IdleCandidate {
  readonly activeStreams: number;
  /** Streams begun since the connection opened. */
  readonly streamsBegun: number;
  /** Takes no more requests and ends. */
  close(): void;
}

/** Looks per idle time. */
const looks = 4;

/**
 * Closes a connection that had no stream for `idleTimeoutMs` (0: never), or up to a quarter more: it is looked at now and then, so
 * that a call costs no timer and no look at the clock.
 */
export function watchIdle(
  connection: IdleCandidate,
  idleTimeoutMs: number,
  clock: Http2Clock,
): CancelTimer {
  if (idleTimeoutMs === 0) return () => {};
  let begunBefore = -1;
  let quietLooks = 0;
  return every(clock, idleTimeoutMs / looks, () => {
    const { activeStreams, streamsBegun } = connection;
    const isQuiet = activeStreams === 0 && streamsBegun === begunBefore;
    begunBefore = streamsBegun;
    quietLooks = isQuiet ? quietLooks + 1 : 0;
    if (quietLooks === looks) connection.close();
  });
}
