import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { AttemptListener, RunningAttempt } from "@thrice/core";

/** What the attempts of one call have in common. */
export interface ChannelRequest {
  readonly method: DescMethod;
  readonly input: RequestInput;
  /** Service key of the implementation that is called; unset or empty, one without. */
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  /** Attachments, if there are any. Not changed. */
  readonly header?: Headers | undefined;
  /** Messages of at least so many bytes are compressed; unset for none. */
  readonly compressMinBytes?: number | undefined;
  /** How they are compressed; gzip if unset. */
  readonly encoding?: "gzip" | "br" | undefined;
}

/** What each attempt says for itself. */
export interface AttemptDetails {
  /** Time that the peer is told it has, in milliseconds; `Infinity` tells it nothing. */
  readonly timeoutMs: number;
  /** Attempts of the same call before this one. */
  readonly previousAttempts: number;
}

/** What the method takes: one message, or many, which are read once and closed when left early. */
export type RequestInput =
  | { readonly kind: "one"; readonly message: Message }
  | { readonly kind: "many"; readonly messages: AsyncIterable<Message> };

/** The way to one endpoint. Connects when it is first needed and again after a loss. */
export interface Channel {
  /** Connections that are open now, those included that only finish what they have begun. */
  readonly openConnections: number;
  /** Puts an attempt on the wire. Does not throw; `listener` is told how it ends, and by whose doing. */
  start(
    request: ChannelRequest,
    details: AttemptDetails,
    listener: AttemptListener,
  ): RunningAttempt;
  /** Lets the next connection be opened without the pause that failures have earned: someone wants to know. */
  redialSoon(): void;
  /** Takes no more attempts, lets those that were answered go on to their end, and resolves when nothing is open. */
  retire(): Promise<void>;
  /** Fails what still runs and closes the connections. Resolves when they are closed. */
  close(): Promise<void>;
}
