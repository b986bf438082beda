import type { HeaderList } from "../hpack/header-list.js";

/** What client and server do differently. */
export interface ConnectionRole {
  /** Takes a header list that may begin a message, be a response, or be trailers. */
  receiveList(streamId: number, headers: HeaderList, endStream: boolean): void;
  /** Takes GOAWAY, which the connection has noted. */
  receiveGoaway(lastStreamId: number, code: number, debug: string): void;
  /** The wait before the second GOAWAY is over. */
  onGoawayDue(): void;
}

/** Stands in until the role is set. */
export const noRole: ConnectionRole = {
  receiveList: () => undefined,
  receiveGoaway: () => undefined,
  onGoawayDue: () => undefined,
};
