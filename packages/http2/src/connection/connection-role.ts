import type { HeaderList } from "../hpack/header-list.js";
import type { Connection } from "./connection.js";

/** What client and server do differently. One for all connections: what differs between them stands in the connection. */
export interface ConnectionRole {
  readonly isServer: boolean;
  /** Takes a header list that may begin a message, be a response, or be trailers. */
  receiveList(
    connection: Connection,
    streamId: number,
    headers: HeaderList,
    endStream: boolean,
  ): void;
  /** Takes GOAWAY, which the connection has noted. */
  receiveGoaway(connection: Connection, lastStreamId: number, code: number, debug: string): void;
  /** The wait before the second GOAWAY is over. */
  onGoawayDue(connection: Connection): void;
}
