/** HTTP as the protocols off the fast path see it. */
import type { ConnectError } from "@connectrpc/connect";
import type { UniversalClientRequest, UniversalClientResponse } from "@connectrpc/connect/protocol";

/** One request and its response. */
export interface HttpExchange {
  /**
   * Sends the request; to be called once. Resolves when the headers of the response are there; its body fails if the rest
   * does not come. What fails does so with a `WireError` that tells the origin.
   */
  send(request: UniversalClientRequest): Promise<UniversalClientResponse>;
  /** Ends it at once, with that error for whoever still waits. Does nothing once the response is whole. */
  abort(error: ConnectError): void;
}

/** The connections to one endpoint. */
export interface HttpConnections {
  /** As `Channel.openConnections`. */
  readonly openConnections: number;
  /** Makes the room for a request. */
  open(): HttpExchange;
  /** As `Channel.redialSoon`. */
  redialSoon(): void;
  /** As `Channel.retire`. */
  retire(): Promise<void>;
  /** As `Channel.close`. */
  close(): Promise<void>;
}
