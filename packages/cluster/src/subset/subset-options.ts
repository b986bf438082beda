import { checkKnownOptions, checkWholeNumber } from "@thrice/core";
import type { RingPlace } from "./ring-subset.js";

/** How a client keeps to a part of many endpoints. */
export interface SubsetOptions {
  /** Endpoints that it uses, 1 to 100 000. @defaultValue 20 */
  readonly size?: number | undefined;
  /** Endpoints from which on it does; at least `size`. @defaultValue 64 */
  readonly from?: number | undefined;
  /** Position of this client among `count` of them, 0 for the first; with it, load is even. @defaultValue unknown */
  readonly index?: number | undefined;
  /** Clients that call the same endpoints; goes with `index`. @defaultValue unknown */
  readonly count?: number | undefined;
}

export interface ResolvedSubset {
  readonly size: number;
  readonly from: number;
  readonly place: RingPlace | undefined;
}

/**
 * Fills in the defaults; `false` stands for no subset.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function resolveSubset(
  options: SubsetOptions | false | undefined,
): ResolvedSubset | undefined {
  if (options === false) return undefined;
  const given = options === undefined ? {} : options;
  checkKnownOptions("subset", given, known);
  const { size = 20, from = Math.max(64, size), index, count } = given;
  checkWholeNumber("subset.size", size, 1, 100_000);
  checkWholeNumber("subset.from", from, size, 1_000_000_000);
  return { size, from, place: resolvePlace(index, count) };
}

const known: ReadonlySet<string> = new Set(["size", "from", "index", "count"]);

function resolvePlace(index: number | undefined, count: number | undefined): RingPlace | undefined {
  if (index === undefined && count === undefined) return undefined;
  const checkedCount = checkWholeNumber("subset.count", count, 1, 1_000_000);
  return {
    index: checkWholeNumber("subset.index", index, 0, checkedCount - 1),
    count: checkedCount,
  };
}
