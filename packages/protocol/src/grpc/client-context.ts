import type { Clock } from "@thrice/core";
import type { ConnectionPool } from "../connection/connection-pool.js";
import type { RequestHeaders } from "./client-request.js";

/** What the attempts on one channel share. */
export interface ChannelContext {
  readonly pool: ConnectionPool;
  readonly headers: RequestHeaders;
  /** Largest message that is read, in bytes. */
  readonly maxReceiveBytes: number;
  readonly clock: Clock;
}
