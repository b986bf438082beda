import type { ConnectError } from "@connectrpc/connect";

/** What asks a caller how long to wait before it tries again, or not to. */
const name = "grpc-retry-pushback-ms";

/**
 * Hands back a view of `error` that asks the caller not to try again, unless the handler has said itself what it should do.
 * Without that, three hops that make three attempts each make 27 at the bottom.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Pushback"
 */
export function withChainStop(error: ConnectError): ConnectError {
  // What another server said is not handed on: its metadata speaks of another hop.
  const isOfAnotherHop = error.isWireError;
  if (!isOfAnotherHop && error.metadata.has(name)) return error;
  const metadata = new Headers(isOfAnotherHop ? undefined : error.metadata);
  metadata.set(name, "-1");
  return Object.create(error, {
    metadata: { value: metadata, enumerable: true },
    isWireError: { value: false },
  });
}
