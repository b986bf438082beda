import type { Lab } from "./process/lab.js";

/** A number that a scenario finds, and what it should be. */
export interface Measure {
  readonly key: string;
  readonly title: string;
  readonly goal?: { readonly bound: "at most" | "at least"; readonly value: number };
  /** Digits after the point. @defaultValue 0 */
  readonly digits?: number;
  /** Whether a miss fails the run: what does not depend on how fast the machine is. */
  readonly strict?: boolean;
}

/** What was found, by the key of the measure; undefined or NaN for what this program cannot tell. */
export type Readings = Readonly<Record<string, number | undefined>>;

/** A fault, and the numbers that tell how a program takes it. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly measures: readonly Measure[];
  run(lab: Lab): Promise<Readings>;
}
