import type { Endpoint } from "@thrice/core";

/**
 * Finds each endpoint of `after` in `before`, by id: its position there, or -1.
 *
 * Fast where a change left most of the order as it was: single endpoints that went, came or were replaced are passed by, and
 * only what the walk has lost is looked up.
 */
export function matchLists(before: readonly Endpoint[], after: readonly Endpoint[]): Int32Array {
  const found = new Int32Array(after.length).fill(-1);
  const lost: number[] = [];
  const passed: number[] = [];
  let old = 0;
  for (let at = 0; at < after.length; at++) {
    const endpoint = after[at] as Endpoint;
    if (!isSame(before[old], endpoint) && isSame(before[old + 1], endpoint)) passed.push(old++);
    if (isSame(before[old], endpoint)) found[at] = old++;
    else {
      lost.push(at);
      if (old < before.length && !isSame(after[at + 1], before[old])) passed.push(old++);
    }
  }
  for (; old < before.length && lost.length > 0; old++) passed.push(old);
  if (lost.length > 0 && passed.length > 0) lookUp(before, after, found, lost, passed);
  return found;
}

/** Most are the same objects, which need not be looked into. */
function isSame(one: Endpoint | undefined, other: Endpoint | undefined): boolean {
  return one === other || one?.id === other?.id;
}

function lookUp(
  before: readonly Endpoint[],
  after: readonly Endpoint[],
  found: Int32Array,
  lost: readonly number[],
  passed: readonly number[],
): void {
  const byId = new Map(passed.map((at) => [before[at]?.id, at]));
  for (const at of lost) found[at] = byId.get(after[at]?.id) ?? -1;
}
