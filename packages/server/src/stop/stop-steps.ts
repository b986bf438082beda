/** What a server does before it sends its callers away. */
import { type Clock, type Logger, logQuietly } from "@thrice/core";

/**
 * When a step is taken: first the server is taken out of discovery, so that no new caller finds it, then those who watch
 * its health are told.
 */
export type StopStage = "withdraw" | "tell";

/** One step. What it throws is logged, and keeps the server from nothing. */
export type StopStep = () => PromiseLike<void> | void;

const stages: readonly StopStage[] = ["withdraw", "tell"];

/** Shape: steps are added at any time before `run`, which is called once. Steps of a stage are taken side by side. */
export class StopSteps {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #steps: { readonly stage: StopStage; readonly step: StopStep }[] = [];

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  add(stage: StopStage, step: StopStep): void {
    this.#steps.push({ stage, step });
  }

  /** Takes all steps, stage by stage. Resolves when they are done, or after `limitMs` milliseconds; never rejects. */
  run(limitMs: number): Promise<void> {
    if (this.#steps.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const undoTimer = this.#clock.setTimer(limitMs, () => {
        this.#warn("steps before stopping took longer than graceMs", limitMs);
        resolve();
      });
      void this.#runAll().then(() => {
        undoTimer();
        resolve();
      });
    });
  }

  async #runAll(): Promise<void> {
    for (const stage of stages) {
      const due = this.#steps.filter((one) => one.stage === stage);
      await Promise.all(due.map(({ step }) => this.#take(stage, step)));
    }
  }

  async #take(stage: StopStage, step: StopStep): Promise<void> {
    try {
      await step();
    } catch (reason) {
      this.#warn(`step "${stage}" before stopping failed`, reason);
    }
  }

  #warn(text: string, what: unknown): void {
    logQuietly(() => this.#logger.warn(text, what));
  }
}
