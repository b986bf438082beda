import type { Endpoint } from "@thrice/core";
import { Md5 } from "./md5.js";
import type { Points } from "./ring-points.js";

/**
 * Points of some endpoints, as Dubbo lays them, not sorted: the MD5 of the id and a number from 0 gives four.
 *
 * Units: `positions` says which of `endpoints`; `numbers` has the number of each as an owner; `virtualNodes` counts points per
 * endpoint, a multiple of four.
 */
export function pointsOf(
  endpoints: readonly Endpoint[],
  positions: readonly number[],
  numbers: Int32Array,
  virtualNodes: number,
): Points {
  const md5 = new Md5();
  const { words } = md5;
  const suffixes = Array.from({ length: virtualNodes / words.length }, (_, digest) => `${digest}`);
  const marks = new Uint32Array(positions.length * virtualNodes);
  const owners = new Uint32Array(marks.length);
  let length = 0;
  for (const at of positions) {
    const { id } = endpoints[at] as Endpoint;
    for (const suffix of suffixes) {
      md5.begin().add(id).add(suffix).end();
      for (let word = 0; word < words.length; word++) {
        marks[length] = words[word] as number;
        owners[length++] = numbers[at] as number;
      }
    }
  }
  return { marks, owners };
}
