/** What every client and server, ours or another's, can do in the tests of pairs. */
import type { Waiting } from "./waiting.js";

/** How a call is made. */
export interface CallerOptions {
  readonly header?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Told of each text as it comes. */
  readonly onText?: (text: string) => void;
}

/** What came back. */
export interface Got {
  readonly texts: readonly string[];
  readonly header: Headers;
  readonly trailer: Headers;
}

export type Kind = "unary" | "watch" | "collect" | "chat";

/** One client with a connection of its own. A call that fails rejects with a `ConnectError`. */
export interface Caller {
  /** Sends the texts, one message each; `unary` and `watch` send the first one only. */
  call(kind: Kind, texts: AsyncIterable<string>, options?: CallerOptions): Promise<Got>;
  close(): Promise<void>;
}

/** A server of the test service, as `script` says. */
export interface Callee {
  readonly port: number;
  readonly waiting: Waiting;
  close(): Promise<void>;
}

/** The first of `texts`. */
export async function firstOf(texts: AsyncIterable<string>): Promise<string> {
  for await (const text of texts) return text;
  throw new RangeError("a text is needed");
}
