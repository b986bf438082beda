/** Runs HTTP requests for Connect's protocol code, on connections of our own. */
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { Exchange } from "./exchange.js";
import type { Http2Connection } from "./http2-connection.js";
import type { Http2Session } from "./http2-session.js";

/**
 * Makes the HTTP client of one peer. Its promises always settle; failures of the wire are `WireError`s, and an
 * aborted request fails with the signal's reason.
 */
export function createHttp2Client(connection: Http2Connection): UniversalClientFn {
  return async (request) => {
    const session = await untilAborted(connection.session(), request.signal);
    const exchange = new Exchange(session, request);
    void exchange.send(request.body);
    return exchange.response;
  };
}

/** Waits no longer than `signal` allows; a request that gives up leaves the connection to the others. */
function untilAborted(
  session: Promise<Http2Session>,
  signal: AbortSignal | undefined,
): Promise<Http2Session> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    session.then(resolve, reject).finally(() => signal?.removeEventListener("abort", onAbort));
    if (signal?.aborted) onAbort();
  });
}
