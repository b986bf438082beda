import { Code, ConnectError } from "@connectrpc/connect";

const brand = Symbol.for("@thrice/core/BusinessError");

/**
 * A failure that a Dubbo provider reports with status 17: its handler's own error, no fault of the
 * network. It is never retried. Its `code` is `Code.Unknown`, as Connect has no 17. Thrown by a handler of
 * ours, it goes out with status 17 over gRPC, so that clients of Dubbo do not retry it either.
 *
 * @see dubbo-go triple_protocol/code.go, CodeBizError
 */
export class BusinessError extends ConnectError {
  readonly [brand] = true;

  constructor(message: string, metadata?: Headers, cause?: unknown) {
    super(message, Code.Unknown, metadata, undefined, cause);
  }

  /** Connect's own check takes any `ConnectError` for an instance of a subclass. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return BusinessError.is(value);
  }

  /** Recognises the error also when two copies of this package are installed. */
  static is(value: unknown): value is BusinessError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
