/** Calls and endpoints as routers see them. */
import type { LiveEndpoint, RoutedCall, Router } from "@thrice/core";
import { endpoint } from "./call-bench.js";
import { methods } from "./greet-service.js";

/** A call without request and attachments, plain unless said otherwise. */
export function routedCall(more: Partial<RoutedCall> = {}): RoutedCall {
  return { method: methods.unary, message: undefined, header: undefined, draw: 0, ...more };
}

/** A call with these attachments. */
export function callWith(attachments: Record<string, string>): RoutedCall {
  return routedCall({ header: new Headers(attachments) });
}

/** An endpoint `10.0.0.1:80?env=gray`, with what stands behind the `?`; `weight` and `zone` count. */
export function endpointAt(url: string): LiveEndpoint {
  const [id = "", query] = url.split("?");
  const [host = "", port = "80"] = id.split(":");
  const params = Object.fromEntries(new URLSearchParams(query));
  const { weight = "100", zone = "" } = params;
  const address = { host, port: Number(port), params };
  return { ...endpoint(id, Number(weight)), address, zone };
}

/** Ids of those that a router leaves for a call. */
export function route(
  router: Router,
  endpoints: readonly LiveEndpoint[],
  call: RoutedCall = routedCall(),
): readonly string[] {
  return idsOf(router.narrow(endpoints, router.keyOf(call)));
}

export function idsOf(endpoints: readonly LiveEndpoint[]): readonly string[] {
  return endpoints.map(({ id }) => id);
}

/** Draws that are the same in each run. @see mulberry32 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
