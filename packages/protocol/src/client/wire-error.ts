import { type Code, ConnectError } from "@connectrpc/connect";
import type { Outcome } from "@thrice/core";

/** A failure that this side concluded, together with its origin. */
export class WireError extends ConnectError {
  readonly outcome: Outcome;

  constructor(outcome: Outcome, code: Code, text: string, cause?: unknown) {
    super(text, code, undefined, undefined, cause);
    this.outcome = outcome;
  }

  /** To be used instead of `instanceof`, which Connect's errors answer with yes for each other. */
  static is(value: unknown): value is WireError {
    return value instanceof ConnectError && "outcome" in value;
  }
}
