import { Code, ConnectError } from "@connectrpc/connect";
import type { Outcome } from "@thrice/core";

/** A failure that this side concluded, together with its origin. */
export class WireError extends ConnectError {
  readonly outcome: Outcome;
  /** Whether no byte of the request left this side. */
  neverSent = false;

  constructor(outcome: Outcome, code: Code, text: string, cause?: unknown) {
    super(text, code, undefined, undefined, cause);
    this.outcome = outcome;
  }

  /** A request that this side could not begin to send. */
  static ofUnsent(text: string, cause?: unknown): WireError {
    const error = new WireError("refused", Code.Unavailable, text, cause);
    error.neverSent = true;
    return error;
  }

  /** To be used instead of `instanceof`, which Connect's errors answer with yes for each other. */
  static is(value: unknown): value is WireError {
    return value instanceof ConnectError && "outcome" in value;
  }
}
