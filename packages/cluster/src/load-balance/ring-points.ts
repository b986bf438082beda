/** Points of a ring, sorted and merged. A long list of endpoints has millions: these loops are most of what it costs. */
import type { Endpoint } from "@thrice/core";

/** Two lists side by side: each mark, 0 to 2³² − 1, with the position of the endpoint that it belongs to. */
export interface Points {
  readonly marks: Uint32Array;
  readonly owners: Uint32Array;
}

/** Bits by which points are told apart in one pass: three passes for 32. */
const digitBits = 11;
const digits = 2 ** digitBits;

/** Points up to which a sort has all it touches at hand. */
const fewPoints = 2 ** 16;

/** Sorts by mark. Those of the same mark keep their order. */
export function sortPoints(points: Points): Points {
  return points.marks.length <= fewPoints ? sortFew(points) : sortMany(points);
}

/** Lays each about where it belongs, as marks lie evenly, and lets it move past the few that stand too far ahead. */
function sortFew(points: Points): Points {
  const { length } = points.marks;
  const shift = Math.max(1, Math.clz32(length));
  const sorted: Points = { marks: new Uint32Array(length), owners: new Uint32Array(length) };
  const starts = new Uint32Array(2 ** (32 - shift) + 1);
  scatter(points, sorted, starts, shift);
  const { marks, owners } = sorted;
  for (let at = 1; at < length; at++) {
    const mark = marks[at] as number;
    const owner = owners[at] as number;
    let place = at;
    while (place > 0 && (marks[place - 1] as number) > mark) {
      marks[place] = marks[place - 1] as number;
      owners[place] = owners[place - 1] as number;
      place--;
    }
    marks[place] = mark;
    owners[place] = owner;
  }
  return sorted;
}

/** Digit by digit from the lowest. */
function sortMany(points: Points): Points {
  let from = points;
  let to: Points = {
    marks: new Uint32Array(points.marks.length),
    owners: new Uint32Array(points.marks.length),
  };
  for (let shift = 0; shift < 32; shift += digitBits) {
    scatter(from, to, new Uint32Array(digits + 1), shift);
    [from, to] = [to, from];
  }
  return from;
}

/** Copies points, ordered by the lowest digit of their marks behind `shift` bits, as many digits as `starts` has room for. */
function scatter(from: Points, to: Points, starts: Uint32Array, shift: number): void {
  const { marks, owners } = from;
  const mask = starts.length - 2;
  for (let at = 0; at < marks.length; at++) {
    const digit = ((marks[at] as number) >>> shift) & mask;
    starts[digit + 1] = (starts[digit + 1] as number) + 1;
  }
  for (let digit = 1; digit < starts.length; digit++) {
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  }
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at] as number;
    const digit = (mark >>> shift) & mask;
    const place = starts[digit] as number;
    starts[digit] = place + 1;
    to.marks[place] = mark;
    to.owners[place] = owners[at] as number;
  }
}

/** Endpoints by their numbers as owners of points; undefined for those that went. */
export type Owners<E extends Endpoint = Endpoint> = readonly (E | undefined)[];

/** Puts points of the same mark in the order of their owners' ids, so that no order of lists or changes matters. */
export function orderTies({ marks, owners }: Points, endpoints: Owners): void {
  const isBefore = (one: number, other: number) =>
    (endpoints[one]?.id ?? "") < (endpoints[other]?.id ?? "");
  for (let at = 1; at < marks.length; at++) {
    if (marks[at] !== marks[at - 1]) continue;
    const owner = owners[at] as number;
    let place = at;
    while (marks[place - 1] === marks[at] && isBefore(owner, owners[place - 1] as number)) {
      owners[place] = owners[place - 1] as number;
      place--;
    }
    owners[place] = owner;
  }
}

/** Merges sorted points, without those whose owners went. */
export function mergePoints(below: Points, above: Points, endpoints: Owners): Points {
  const isHere = Uint8Array.from(endpoints, (endpoint) => (endpoint === undefined ? 0 : 1));
  const marks = new Uint32Array(below.marks.length + above.marks.length);
  const owners = new Uint32Array(marks.length);
  let [length, at, next] = [0, 0, 0];
  while (at < below.marks.length || next < above.marks.length) {
    const low = at < below.marks.length ? (below.marks[at] as number) : Number.POSITIVE_INFINITY;
    const isAbove = next < above.marks.length && (above.marks[next] as number) < low;
    const mark = isAbove ? (above.marks[next] as number) : low;
    const owner = (isAbove ? above.owners[next++] : below.owners[at++]) as number;
    if (isHere[owner] === 0) continue;
    marks[length] = mark;
    owners[length++] = owner;
  }
  const isWhole = length === marks.length;
  const merged = isWhole
    ? { marks, owners }
    : { marks: marks.slice(0, length), owners: owners.slice(0, length) };
  orderTies(merged, endpoints);
  return merged;
}
