import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { type Logger, logQuietly, show } from "@thrice/core";
import { methodPath } from "./method-path.js";
import { withSendableMetadata } from "./sendable-metadata.js";
import { sendableText, withSendableText } from "./sendable-text.js";

export interface HandlerErrorRules {
  /** Whether the text of a plain error goes to the caller. */
  readonly exposeErrors: boolean;
  readonly logger: Logger;
}

/**
 * Turns what a handler threw into the error that the caller gets. A `ConnectError` goes out as it is, but for metadata
 * and text that cannot be sent. Anything else becomes `unknown`; its text stays in the log unless it is exposed. What is
 * thrown because the call was over anyway is the call's own end, and no news.
 */
export function errorFromHandler(
  thrown: unknown,
  context: HandlerContext,
  { exposeErrors, logger }: HandlerErrorRules,
): ConnectError {
  if (thrown instanceof ConnectError) return withSendableText(withSendableMetadata(thrown));
  const { signal, method } = context;
  if (signal.aborted && isAbort(thrown, signal))
    return ConnectError.from(signal.reason, Code.Canceled);
  const name = methodPath(method);
  if (exposeErrors) {
    logQuietly(() => logger.debug("handler failed", name, thrown));
    return new ConnectError(sendableText(textOf(thrown)), Code.Unknown);
  }
  logQuietly(() => logger.error("handler failed", name, thrown));
  return new ConnectError("the handler failed", Code.Unknown);
}

// What was thrown may come from another realm, so `instanceof Error` tells nothing; and its getters may throw.

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  try {
    return thrown === signal.reason || Object(thrown).name === "AbortError";
  } catch {
    return false;
  }
}

function textOf(thrown: unknown): string {
  try {
    if (typeof thrown === "string") return thrown;
    const { message } = Object(thrown);
    return message === undefined ? show(thrown) : String(message);
  } catch {
    return "the handler failed, and its error cannot be read";
  }
}
