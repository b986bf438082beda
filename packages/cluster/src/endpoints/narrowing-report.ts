import type { EjectedReport, Endpoint } from "@thrice/core";
import type { RouterChain } from "../router/router-chain.js";
import type { EndpointView, NarrowingReport, RoutedCall } from "./endpoint-source.js";
import type { TrackedEndpoint } from "./live-endpoints.js";

type List = readonly TrackedEndpoint[];

/** What there was to narrow, and what came of it. */
export interface Narrowed {
  /** With statistics, if there are routers. */
  readonly known: readonly Endpoint[];
  readonly chain: RouterChain | undefined;
  readonly view: EndpointView;
  readonly nowMs: number;
}

/** Tells what became of the endpoints of a client on the way to one call. Goes through all that are in use. */
export function narrowingReport(
  { known, chain, view, nowMs }: Narrowed,
  call: RoutedCall,
): NarrowingReport {
  const routers = chain?.explain(known as List, call) ?? [];
  const used = view.all as List;
  return {
    known: known.length,
    routers,
    routed: routers.at(-1)?.left ?? known.length,
    used: used.length,
    ejected: used
      .filter(({ stats }) => stats.health?.isAway === true)
      .map((one) => ejected(one, nowMs)),
    isPanic: view.isPanic,
  };
}

function ejected({ id, stats }: TrackedEndpoint, nowMs: number): EjectedReport {
  const { cause = "failing", untilMs = nowMs } = stats.health ?? {};
  return { endpoint: id, cause, forMs: Math.max(0, untilMs - nowMs) };
}
