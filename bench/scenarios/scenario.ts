import type { Contestant } from "./contestants.js";

/** One situation that clients get into, and what they should make of it. */
export interface Scenario {
  /** Number in the list of scenarios, or a letter and a number of its own. */
  readonly id: string;
  /** The set-up, in a few words. */
  readonly name: string;
  /** Whether policies were tuned on it; one that was not shows what they are worth elsewhere. */
  readonly isTuned: boolean;
  /** What is measured. */
  readonly measures: readonly Measure[];
  /** Plays it once, and gives a figure for each measure, by name; NaN for what has no meaning for this contestant. */
  run(play: Play): Promise<Figures>;
}

/** One playing of a scenario. */
export interface Play {
  readonly seed: number;
  readonly contestant: Contestant;
}

/** Figures by the names of the measures. */
export type Figures = Readonly<Record<string, number>>;

export interface Measure {
  readonly name: string;
  /** How figures are shown. */
  readonly unit: "count" | "ms" | "ratio" | "share" | "times";
  /** Undefined for what is only told. */
  readonly goal?: Goal;
  /** What the best of the others do, where it is known. */
  readonly peers?: string;
}

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** The worst of several figures, as the goal sees it, or the largest if there is none; NaN if one of them is. */
export function worstOf(figures: readonly number[], goal: Goal | undefined): number {
  return goal !== undefined && "atLeast" in goal ? Math.min(...figures) : Math.max(...figures);
}

/** NaN meets no goal. Undefined if there is none to meet. */
export function isMet(figure: number, goal: Goal | undefined): boolean | undefined {
  if (goal === undefined) return undefined;
  return "atMost" in goal ? figure <= goal.atMost : figure >= goal.atLeast;
}
