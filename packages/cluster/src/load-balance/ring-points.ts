/** Points of a ring, sorted and merged. A long list of endpoints has millions: these two loops are most of what it costs. */

/** Two lists side by side: each mark, 0 to 2³² − 1, with the position of the endpoint that it belongs to. */
export interface Points {
  readonly marks: Uint32Array;
  readonly owners: Uint32Array;
}

/** Bits by which points are told apart in one pass: three passes for 32. */
const digitBits = 11;
const digits = 2 ** digitBits;

/** Sorts by mark, digit by digit from the lowest. Those of the same mark keep their order. */
export function sortPoints(points: Points): Points {
  let from = points;
  let to: Points = {
    marks: new Uint32Array(points.marks.length),
    owners: new Uint32Array(points.marks.length),
  };
  for (let shift = 0; shift < 32; shift += digitBits) {
    sortByDigit(from, to, shift);
    [from, to] = [to, from];
  }
  return from;
}

function sortByDigit(from: Points, to: Points, shift: number): void {
  const { marks, owners } = from;
  const starts = new Uint32Array(digits + 1);
  for (let at = 0; at < marks.length; at++) {
    const digit = ((marks[at] as number) >>> shift) & (digits - 1);
    starts[digit + 1] = (starts[digit + 1] as number) + 1;
  }
  for (let digit = 1; digit <= digits; digit++) {
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  }
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at] as number;
    const digit = (mark >>> shift) & (digits - 1);
    const place = starts[digit] as number;
    starts[digit] = place + 1;
    to.marks[place] = mark;
    to.owners[place] = owners[at] as number;
  }
}

/** Merges sorted points. `to` has the new position of each owner of `before`, or -1 for those that went. */
export function mergePoints(before: Points, to: Int32Array, added: Points): Points {
  const owners = new Uint32Array(before.owners.length + added.owners.length);
  const marks = new Uint32Array(owners.length);
  let [length, next] = [0, 0];
  for (let at = 0; at < before.marks.length; at++) {
    const owner = to[before.owners[at] as number] as number;
    if (owner < 0) continue;
    const mark = before.marks[at] as number;
    while (next < added.marks.length && (added.marks[next] as number) < mark) {
      marks[length] = added.marks[next] as number;
      owners[length++] = added.owners[next++] as number;
    }
    marks[length] = mark;
    owners[length++] = owner;
  }
  for (; next < added.marks.length; next++) {
    marks[length] = added.marks[next] as number;
    owners[length++] = added.owners[next] as number;
  }
  return { marks: marks.slice(0, length), owners: owners.slice(0, length) };
}
