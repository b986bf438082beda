import { medianSample, type Sample } from "./stats.js";

/** What came of one contestant in one scenario, over all rounds. */
export interface Result {
  readonly scenario: string;
  readonly contestant: string;
  readonly samples: Sample[];
  /** Why rounds failed; a result with a failure has no median. */
  readonly failures: string[];
}

/** All results of a run. */
export class Results {
  readonly all: Result[] = [];

  add(scenario: string, contestant: string, outcome: Sample | Error): void {
    let result = this.find(scenario, contestant);
    if (result === undefined) {
      result = { scenario, contestant, samples: [], failures: [] };
      this.all.push(result);
    }
    if (outcome instanceof Error) result.failures.push(outcome.message);
    else result.samples.push(outcome);
  }

  find(scenario: string, contestant: string): Result | undefined {
    return this.all.find((one) => one.scenario === scenario && one.contestant === contestant);
  }

  /** Median of a metric; undefined if the pair was not run or has failed once. */
  median(scenario: string, contestant: string, metric: string): number | undefined {
    const result = this.find(scenario, contestant);
    if (result === undefined || result.failures.length > 0) return undefined;
    return medianSample(result.samples)[metric];
  }

  /** Median of one contestant divided by another's; undefined if either has none. */
  ratio(
    scenario: string,
    contestant: string,
    baseline: string,
    metric: string,
  ): number | undefined {
    const value = this.median(scenario, contestant, metric);
    const base = this.median(scenario, baseline, metric);
    return value === undefined || base === undefined ? undefined : value / base;
  }
}
