/** Scenarios played with several seeds, and what came of it, as rows of a table. */
import { plain, thrice } from "./contestants.js";
import { type Goal, isMet, type Measure, type Scenario, worstOf } from "./scenario.js";

export interface Row {
  readonly id: string;
  readonly scenario: string;
  readonly isTuned: boolean;
  readonly measure: string;
  readonly unit: Measure["unit"];
  readonly goal: Goal | undefined;
  /** Ours: the worst of the seeds, and each of them. */
  readonly reached: number;
  readonly bySeed: readonly number[];
  /** Undefined if there is no goal. */
  readonly isMet: boolean | undefined;
  /** Round robin with fixed retries in the same simulator: the worst of the seeds. */
  readonly plain: number;
  readonly peers: string;
}

/** Plays a scenario once for each seed from 1 to `seeds`. */
export async function playScenario(scenario: Scenario, seeds: number): Promise<Row[]> {
  const ours = await playAll(scenario, thrice, seeds);
  const theirs = await playAll(scenario, plain, seeds);
  return scenario.measures.map((measure) => {
    const bySeed = ours.map((figures) => figures[measure.name] ?? Number.NaN);
    const reached = worstOf(bySeed, measure.goal);
    return {
      id: scenario.id,
      scenario: scenario.name,
      isTuned: scenario.isTuned,
      measure: measure.name,
      unit: measure.unit,
      goal: measure.goal,
      reached,
      bySeed,
      isMet: isMet(reached, measure.goal),
      plain: worstOf(
        theirs.map((figures) => figures[measure.name] ?? Number.NaN),
        measure.goal,
      ),
      peers: measure.peers ?? "",
    };
  });
}

async function playAll(scenario: Scenario, contestant: typeof thrice, seeds: number) {
  const figures = [];
  for (let seed = 1; seed <= seeds; seed++) figures.push(await scenario.run({ seed, contestant }));
  return figures;
}
