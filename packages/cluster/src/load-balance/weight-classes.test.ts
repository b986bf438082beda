import type { LiveEndpoint } from "@thrice/core";
import { endpoint, seededRandom } from "../testing/pick-bench.js";
import { matchLists } from "./match-lists.js";
import { WeightClasses } from "./weight-classes.js";
import { WeightTable } from "./weight-table.js";

const tableOf = (list: readonly LiveEndpoint[]) => new WeightTable(list, 0, () => 0);

/** Weight of each endpoint as its class says, and how many there are of each weight. */
function told(classes: WeightClasses, length: number) {
  return {
    weights: Array.from({ length }, (_, at) => classes.weights[classes.classOf(at)]),
    counts: new Map(classes.weights.map((weight, index) => [weight, classes.counts[index]])),
  };
}

test("all that weigh the same make one class", () => {
  const classes = new WeightClasses(tableOf([endpoint("a", 7), endpoint("b", 7)]));
  expect(told(classes, 2)).toEqual({ weights: [7, 7], counts: new Map([[7, 2]]) });
});

test("classes are the same whether worked out anew or from those before (seed 2)", () => {
  const random = seededRandom(2);
  const anyWeight = () => 1 + Math.floor(random() * 5);
  let list = Array.from({ length: 40 }, (_, at) => endpoint(`${at}`, anyWeight()));
  let table = tableOf(list);
  let classes = new WeightClasses(table);
  for (let round = 0; round < 100; round++) {
    const next = list.map((one) => (random() < 0.2 ? { ...one, weight: anyWeight() } : one));
    next.splice(Math.floor(random() * 40), 1);
    next.splice(Math.floor(random() * 40), 0, endpoint(`new ${round}`, anyWeight()));
    const nextTable = tableOf(round === 50 ? next.map((one) => ({ ...one, weight: 3 })) : next);
    const from = matchLists(table.endpoints, nextTable.endpoints);
    classes = new WeightClasses(nextTable, { classes, from });
    expect(told(classes, 40)).toEqual(told(new WeightClasses(nextTable), 40));
    [list, table] = [next, nextTable];
  }
});
