/** To explain a pick changes no pick. */
import type { LiveEndpoint, LoadBalancer } from "@thrice/core";
import { seededRandom } from "../simulator/seeded-random.js";
import { endpoint, pickContext } from "../testing/call-bench.js";
import { costBalancer } from "./cost-balancer.js";
import { leastActive } from "./least-active.js";
import { p2c } from "./p2c.js";
import { peakEwma } from "./peak-ewma.js";
import { shortestResponse } from "./shortest-response.js";

const even = Array.from({ length: 20 }, (_, at) => endpoint(`e${at}`));
const heavy = even.slice(0, 5).map((one, at) => ({ ...one, weight: 100 * (at + 1) }));
const balancers: readonly LoadBalancer[] = [
  leastActive,
  p2c,
  peakEwma,
  shortestResponse,
  costBalancer("all", ({ endpoint: { id } }) => id.length, { exactUpTo: 100 }),
];

/** Ids of what is picked, one after the other; `each` sees each pick before it. */
function picks(
  balancer: LoadBalancer,
  list: readonly LiveEndpoint[],
  explains: boolean,
): { readonly picked: string[]; readonly lowest: boolean } {
  const picker = balancer.createPicker();
  const random = seededRandom(7);
  let lowest = true;
  const picked = Array.from({ length: 50 }, () => {
    const drawn: number[] = [];
    const recording = pickContext({
      random: () => {
        drawn.push(random());
        return drawn.at(-1) as number;
      },
    });
    const weighed = explains ? (picker.explain?.(list, recording) ?? []) : [];
    let at = 0;
    const one = picker.pick(list, pickContext({ random: () => drawn[at++] ?? random() }));
    const cost = weighed.find(({ endpoint: id }) => id === one?.id)?.cost;
    if (explains && cost === undefined) lowest = false;
    if (list === even && weighed.some((other) => other.cost < (cost ?? 0))) lowest = false;
    return one?.id ?? "none";
  });
  return { picked, lowest };
}

describe.each(balancers)("$name", (balancer) => {
  test.each([
    { title: "equal weights", list: even },
    { title: "different weights", list: heavy },
  ])("picks the same with $title, explained or not, of what it compared", ({ list }) => {
    const explained = picks(balancer, list, true);
    expect(explained.picked).toEqual(picks(balancer, list, false).picked);
    expect(explained.lowest).toBe(true);
  });

  test("compares nothing where there is one endpoint", () => {
    expect(balancer.createPicker().explain?.(even.slice(0, 1), pickContext())).toEqual([]);
  });
});
