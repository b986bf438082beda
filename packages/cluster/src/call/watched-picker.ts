import type { LiveEndpoint, PickContext, Picker, WeighedEndpoint } from "@thrice/core";
import type { CallLog } from "./call-log.js";
import type { CallPlan } from "./call-plan.js";
import { tellQuietly } from "./tell-quietly.js";
import type { WatchedEndpoints } from "./watched-endpoints.js";

/** A picker whose choices are explained. It picks what it would have picked, out of the same drawn numbers. */
export class WatchedPicker implements Picker {
  readonly heedsExcluded: boolean;
  readonly #picker: Picker;
  readonly #endpoints: WatchedEndpoints;
  readonly #log: CallLog;

  constructor({ picker }: CallPlan, endpoints: WatchedEndpoints, log: CallLog) {
    this.#picker = picker;
    this.#endpoints = endpoints;
    this.#log = log;
    this.heedsExcluded = picker.heedsExcluded === true;
  }

  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined {
    const drawn: number[] = [];
    let weighed: readonly WeighedEndpoint[] = [];
    tellQuietly(() => {
      const explained: unknown = this.#picker.explain?.(endpoints, recording(context, drawn));
      if (Array.isArray(explained)) weighed = explained.filter(isWeighed);
    });
    const picked = this.#picker.pick(endpoints, replaying(context, drawn));
    tellQuietly(() => this.#noteChoice(picked, weighed, { endpoints, context }));
    return picked;
  }

  #noteChoice(
    picked: LiveEndpoint | undefined,
    weighed: readonly WeighedEndpoint[],
    { endpoints, context }: { endpoints: readonly LiveEndpoint[]; context: PickContext },
  ): void {
    if (picked === undefined) return;
    const { length } = endpoints;
    const unknown = {
      known: length,
      routers: [],
      routed: length,
      used: length,
      ejected: [],
      isPanic: false,
    };
    this.#log.noteChoice({
      ...(this.#endpoints.narrowing() ?? unknown),
      excluded: [...new Set(context.excluded.map(({ id }) => id))],
      shown: length,
      weighed,
      picked: picked.id,
    });
  }
}

/** What a picker of the user's tells may be anything. */
function isWeighed(value: unknown): value is WeighedEndpoint {
  if (typeof value !== "object" || value === null) return false;
  const { endpoint, cost } = value as Partial<WeighedEndpoint>;
  return typeof endpoint === "string" && typeof cost === "number";
}

function recording(context: PickContext, drawn: number[]): PickContext {
  return withRandom(context, () => {
    const next = context.random();
    drawn.push(next);
    return next;
  });
}

function replaying(context: PickContext, drawn: readonly number[]): PickContext {
  let at = 0;
  return withRandom(context, () => drawn[at++] ?? context.random());
}

function withRandom(context: PickContext, random: () => number): PickContext {
  const { method, message, header, excluded } = context;
  return { method, message, header, excluded, random, nowMs: () => context.nowMs() };
}
