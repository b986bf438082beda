/**
 * Errors for calls that are turned away.
 *
 * Hot path under overload: an error with its stack, and a `Headers`, cost several microseconds. So each is made once and
 * shared; nobody below changes them.
 */
import { Code, ConnectError } from "@connectrpc/connect";

/** Why a call was turned away. */
export type RefusalReason = "concurrency" | "rate" | "queue";

/** Makes the errors of a server. */
export class Refusals {
  readonly #made = new Map<string, ConnectError>();

  /** Asks the caller not to come again for `pushbackMs` milliseconds, rounded up. */
  error(text: string, pushbackMs: number): ConnectError {
    const waitMs = Math.ceil(pushbackMs);
    const key = `${waitMs} ${text}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const metadata = { "grpc-retry-pushback-ms": String(waitMs) };
    const error = new ConnectError(text, Code.ResourceExhausted, metadata);
    // A stack would only tell of whoever was the first.
    error.stack = `${error.name}: ${error.message}`;
    if (this.#made.size >= mostKept) this.#made.clear();
    this.#made.set(key, error);
    return error;
  }
}

/** Enough for some levels and a second's worth of milliseconds. */
const mostKept = 4_096;
