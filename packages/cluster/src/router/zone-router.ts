import {
  checkKnownOptions,
  checkNumber,
  type LiveEndpoint,
  type RoutedCall,
  type Router,
  show,
} from "@thrice/core";
import { drawFor } from "./draw.js";

type List = readonly LiveEndpoint[];

export interface ZoneRouterOptions {
  /** Zone that this client runs in, as endpoints name theirs. */
  readonly zone: string;
  /**
   * Share of all clients that run in this zone, more than 0 to 1: what the zone's endpoints have to carry, if each zone is
   * to keep to itself. @defaultValue 1 / zones, as if each zone had as many
   */
  readonly clientRatio?: number | undefined;
}

/**
 * Keeps calls in the client's own zone as far as that zone's endpoints have the weight for it, and sends the rest to the other
 * zones: with a third of the weight for half of the clients, two of three calls stay. Calls leave also when most
 * endpoints of the zone are not well, and all of them do when it has none.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 * @see Envoy, zone aware routing
 */
export function zoneRouter(options: ZoneRouterOptions): Router {
  checkKnownOptions("options of zoneRouter", options, new Set(["zone", "clientRatio"]));
  const { zone, clientRatio } = options;
  if (typeof zone !== "string" || zone === "") {
    throw new TypeError(`zone must be the name of a zone, got ${show(zone)}`);
  }
  if (clientRatio !== undefined) checkNumber("clientRatio", clientRatio, 0.001, 1);
  return new ZoneRouter(zone, clientRatio);
}

/** Steps in which the share that stays is told. */
const steps = 100;

/** A key is which hundredth of the calls one belongs to; the first ones stay. */
class ZoneRouter implements Router {
  readonly name = "zone";
  readonly isPreference = true;
  readonly #zone: string;
  readonly #clientRatio: number | undefined;
  /** Of the list that was narrowed last. */
  #split: ZoneSplit | undefined;

  constructor(zone: string, clientRatio: number | undefined) {
    this.#zone = zone;
    this.#clientRatio = clientRatio;
  }

  keyOf(call: RoutedCall): string {
    return String(Math.floor(drawFor(call, 104_729) * steps));
  }

  narrow(endpoints: List, key: string): List {
    if (this.#split?.endpoints !== endpoints) this.#split = this.#splitUp(endpoints);
    const { own, others, ownRatio } = this.#split;
    if (own.length === 0 || others.length === 0) return endpoints;
    return Number(key) < Math.round(ownRatio * steps) ? own : others;
  }

  #splitUp(endpoints: List): ZoneSplit {
    const own = endpoints.filter(({ zone }) => zone === this.#zone);
    const others = endpoints.filter(({ zone }) => zone !== this.#zone);
    const zones = new Set(endpoints.map(({ zone }) => zone)).size;
    const clientRatio = this.#clientRatio ?? 1 / Math.max(1, zones);
    const total = weightOf(endpoints);
    const ownRatio = total === 0 ? 1 : Math.min(1, weightOf(own) / total / clientRatio);
    return { endpoints, own, others, ownRatio };
  }
}

interface ZoneSplit {
  readonly endpoints: List;
  readonly own: List;
  readonly others: List;
  /** Share of the calls that stay, 0 to 1. */
  readonly ownRatio: number;
}

function weightOf(endpoints: List): number {
  return endpoints.reduce((sum, { weight }) => sum + weight, 0);
}
