import {
  type ClusterCall,
  type ClusterStrategy,
  checkBoolean,
  checkKnownOptions,
  type LiveEndpoint,
  show,
} from "@thrice/core";
import { attemptAndRetry, type RetryPlan } from "./attempt-and-retry.js";
import { refusal } from "./refusal.js";

export interface ZoneAwareOptions {
  /** Where this client runs; endpoints name theirs behind the `?` of their address. */
  readonly zone: string;
  /** Whether a call fails rather than leave the zone. @defaultValue false */
  readonly force?: boolean;
}

/**
 * Fails over within its own zone first, and goes to other zones when none is left there that is well and was not tried.
 *
 * @throws TypeError naming the option and its value.
 */
export function zoneAware(options: ZoneAwareOptions): ClusterStrategy {
  checkKnownOptions("options of zoneAware", options, new Set(["zone", "force"]));
  const force = checkBoolean("force", options.force ?? false);
  const inZone = zoneLists(checkZone(options.zone));
  const atHome = ({ healthy, endpoints }: ClusterCall) =>
    force && inZone(healthy).length === 0 ? inZone(endpoints) : inZone(healthy);
  const plan: RetryPlan = {
    choose(call, tried) {
      const home = atHome(call);
      const stays = force || home.some(({ id }) => !tried.some((one) => one.id === id));
      return call.pick({ exclude: tried, ...(stays && { among: home }) });
    },
    ...(force && { candidates: atHome }),
  };
  return {
    name: "zoneAware",
    async run(call) {
      if (!force || atHome(call).length > 0) return attemptAndRetry(call, plan);
      return refusal(`no endpoint of ${call.method.parent.typeName} in zone ${options.zone}`);
    },
  };
}

/** Narrows lists to a zone; the same list gives the same one, so that balancers keep what they worked out. */
function zoneLists(zone: string) {
  const kept = new WeakMap<readonly LiveEndpoint[], readonly LiveEndpoint[]>();
  return (endpoints: readonly LiveEndpoint[]): readonly LiveEndpoint[] => {
    const known = kept.get(endpoints);
    if (known !== undefined) return known;
    const inZone = endpoints.filter((endpoint) => endpoint.zone === zone && endpoint.weight > 0);
    kept.set(endpoints, inZone);
    return inZone;
  };
}

function checkZone(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`zone must be text, not empty, got ${show(value)}`);
}
