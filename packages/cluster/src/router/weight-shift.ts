import {
  checkKnownOptions,
  checkNumber,
  type LiveEndpoint,
  type RoutedCall,
  type Router,
  show,
} from "@thrice/core";
import { drawFor, drawIndex } from "./draw.js";

type List = readonly LiveEndpoint[];

export interface WeightShiftOptions {
  /** Parameter of endpoints that tells the branches apart: `version`, `dubbo.tag`, ... @defaultValue "version" */
  readonly by?: string | undefined;
  /** Share of the calls for each value of it, relative to the others: `{ "1.0": 95, "2.0": 5 }`. */
  readonly shares: Readonly<Record<string, number>>;
}

/** A router whose shares can be replaced while calls run. */
export interface WeightShiftRouter extends Router {
  /**
   * Takes other shares for the calls to come.
   *
   * @throws TypeError or RangeError naming field, bound and value; the shares before stay.
   */
  setShares(shares: Readonly<Record<string, number>>): void;
}

/**
 * Divides calls between versions, or whatever a parameter tells apart, in set shares, however many endpoints each has. A
 * branch without endpoints leaves its share to the largest that has some; endpoints with another value get calls only when
 * no branch has any. All attempts of a call stay in its branch.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function weightShift(options: WeightShiftOptions): WeightShiftRouter {
  checkKnownOptions("options of weightShift", options, new Set(["by", "shares"]));
  const { by = "version", shares } = options;
  if (typeof by !== "string" || by === "") {
    throw new TypeError(`by must be the name of a parameter, got ${show(by)}`);
  }
  return new WeightShift(by, resolveShares(shares));
}

interface Shares {
  readonly values: readonly string[];
  readonly weights: readonly number[];
}

/** A key is the position of a branch. */
class WeightShift implements WeightShiftRouter {
  readonly name = "weightShift";
  readonly #by: string;
  #shares: Shares;
  #revision = 0;

  constructor(by: string, shares: Shares) {
    this.#by = by;
    this.#shares = shares;
  }

  get revision(): number {
    return this.#revision;
  }

  setShares(shares: Readonly<Record<string, number>>): void {
    this.#shares = resolveShares(shares);
    this.#revision++;
  }

  keyOf(call: RoutedCall): string {
    return String(drawIndex(this.#shares.weights, drawFor(call, 15_485)));
  }

  narrow(endpoints: List, key: string): List {
    const { values, weights } = this.#shares;
    const bySize = [...values.keys()]
      .filter((at) => weights[at] !== 0)
      .sort((a, b) => (weights[b] as number) - (weights[a] as number));
    for (const at of [Number(key), ...bySize]) {
      const branch = endpoints.filter((endpoint) => this.#valueOf(endpoint) === values[at]);
      if (branch.length > 0) return branch;
    }
    return endpoints;
  }

  #valueOf({ address: { params } }: LiveEndpoint): string | undefined {
    return Object.hasOwn(params, this.#by) ? params[this.#by] : undefined;
  }
}

function resolveShares(shares: Readonly<Record<string, number>>): Shares {
  if (typeof shares !== "object" || shares === null || Array.isArray(shares)) {
    throw new TypeError(`shares must be an object, got ${show(shares)}`);
  }
  const entries = Object.entries(shares);
  for (const [value, weight] of entries) {
    checkNumber(`share of ${show(value)}`, weight, 0, 1_000_000);
  }
  if (entries.every(([, weight]) => weight === 0)) {
    throw new RangeError(`shares must add up to more than 0, got ${show(shares)}`);
  }
  return {
    values: entries.map(([value]) => value),
    weights: entries.map(([, weight]) => weight),
  };
}
