import type { Stack } from "./process/commands.js";
import type { Measure, Readings, Scenario } from "./scenario.js";

/** What one program did in one scenario. */
export interface Run {
  readonly scenario: Scenario;
  readonly stack: Stack;
  /** Undefined if it failed to run. */
  readonly readings?: Readings;
  readonly failure?: string;
}

/** A line of the table. */
export interface Line {
  readonly scenario: string;
  readonly measure: string;
  readonly goal: string;
  readonly thrice: number | undefined;
  readonly grpcJs: number | undefined;
  readonly digits: number;
  /** Whether Thrice meets the goal; undefined if there is none, or nothing was measured. */
  readonly met: boolean | undefined;
}

/** The lines of the scenarios that were run, in their order. */
export function linesOf(scenarios: readonly Scenario[], runs: readonly Run[]): readonly Line[] {
  return scenarios.flatMap((scenario) => {
    const of = (stack: Stack) =>
      runs.find((run) => run.scenario === scenario && run.stack === stack);
    const thrice = of("thrice");
    const grpcJs = of("grpc-js");
    if (thrice === undefined && grpcJs === undefined) return [];
    return scenario.measures.map((measure) => {
      const reading = thrice?.readings?.[measure.key];
      return {
        scenario: scenario.name,
        measure: measure.title,
        goal: measure.goal === undefined ? "" : `${measure.goal.bound} ${measure.goal.value}`,
        thrice: reading,
        grpcJs: grpcJs?.readings?.[measure.key],
        digits: measure.digits ?? 0,
        met: thrice?.readings === undefined ? undefined : isMet(measure, reading),
      };
    });
  });
}

/** Whether the run shows a fault of ours: a program that did not run, or a strict goal that Thrice misses. */
export function isBad({ scenario, stack, readings }: Run): boolean {
  if (readings === undefined) return true;
  if (stack !== "thrice") return false;
  return scenario.measures.some(
    (measure) => measure.strict === true && isMet(measure, readings[measure.key]) === false,
  );
}

function isMet({ goal }: Measure, reading = Number.NaN): boolean | undefined {
  if (goal === undefined) return undefined;
  return goal.bound === "at most" ? reading <= goal.value : reading >= goal.value;
}
