/** A wire whose attempts end as a script says, on a clock that the test moves. */
import { Code, ConnectError } from "@connectrpc/connect";
import type {
  Answer,
  AttemptListener,
  Clock,
  Outcome,
  Pushback,
  RunningAttempt,
} from "@thrice/core";
import type { AttemptEnd } from "@thrice/core/testing";
import type { AttemptRequest } from "../call/call-plan.js";
import { greeting } from "./greet-service.js";

/** What the wire makes of one attempt. */
export interface AttemptScript {
  /** How it ends; left out, it stays open until it is cancelled. */
  readonly end?: AttemptEnd;
  /** When it ends, in milliseconds from its start. @defaultValue 0 */
  readonly afterMs?: number;
  /** Whether it goes on when it is cancelled, as a slow peer does. @defaultValue false */
  readonly ignoresCancel?: boolean;
  /** Runs while the attempt is put on the wire. */
  readonly onStart?: () => void;
}

/** A request that the wire was asked for. */
export interface SentRequest {
  /** Endpoint id. */
  readonly endpoint: string;
  readonly previousAttempts: number;
  readonly timeoutMs: number;
  readonly atMs: number;
}

/** A cancel that reached the wire. */
export interface SeenCancel {
  /** Position of the attempt, 0 for the first. */
  readonly attempt: number;
  readonly error: ConnectError;
  readonly atMs: number;
}

/** Shape: attempt n ends as `script[n]` says; one that the script does not foresee makes `start` throw. */
export class ScriptedWire {
  readonly requests: SentRequest[] = [];
  readonly cancels: SeenCancel[] = [];
  readonly #clock: Clock;
  readonly #script: readonly AttemptScript[];
  readonly #open = new Map<number, () => void>();

  constructor(clock: Clock, script: readonly AttemptScript[]) {
    this.#clock = clock;
    this.#script = script;
  }

  /** Ids of the endpoints that were asked, in order. */
  get asked(): readonly string[] {
    return this.requests.map(({ endpoint }) => endpoint);
  }

  /** Positions of the attempts that still hold something. */
  get open(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** Lets the answered stream of attempt number `attempt` come to its end. */
  finish(attempt: number): void {
    this.#open.get(attempt)?.();
  }

  readonly start = (
    { endpoint, previousAttempts, timeoutMs }: AttemptRequest,
    listener: AttemptListener,
  ): RunningAttempt => {
    const attempt = this.requests.length;
    const script = this.#script[attempt];
    if (script === undefined) throw new Error(`the script has no attempt ${attempt}`);
    this.requests.push({
      endpoint: endpoint.id,
      previousAttempts,
      timeoutMs,
      atMs: this.#clock.nowMs(),
    });
    script.onStart?.();
    return this.#run(attempt, script, listener);
  };

  #run(attempt: number, script: AttemptScript, listener: AttemptListener): RunningAttempt {
    let settled = false;
    const release = () => {
      if (this.#open.delete(attempt)) listener.onFinished();
    };
    const settle = (how: AttemptEnd) => {
      if (!settled && how.ok) listener.onAnswer(how.answer);
      else if (!settled && !how.ok) listener.onFailure(failureOf(how));
      settled = true;
      if (!how.ok || how.answer.kind === "unary") release();
    };
    this.#open.set(attempt, release);
    const undo = this.#schedule(script, settle);
    const cancel = (error: ConnectError) => {
      this.cancels.push({ attempt, error, atMs: this.#clock.nowMs() });
      if (script.ignoresCancel === true) return;
      undo();
      settle({ ok: false, outcome: "cancelled", error });
    };
    return { cancel };
  }

  #schedule({ end, afterMs = 0 }: AttemptScript, settle: (end: AttemptEnd) => void): () => void {
    if (end === undefined) return () => {};
    if (afterMs > 0) return this.#clock.setTimer(afterMs, () => settle(end));
    settle(end);
    return () => {};
  }
}

/** An attempt that nobody answers. */
export const silence: AttemptScript = {};

/** An attempt that is answered with `words`. */
export function answer(words = "hello", rest: Omit<AttemptScript, "end"> = {}): AttemptScript {
  return { ...rest, end: { ok: true, answer: unaryAnswer(words) } };
}

/** An attempt that is answered with the beginning of a stream, which stays open. */
export function openStream(rest: Omit<AttemptScript, "end"> = {}): AttemptScript {
  const messages = (async function* () {})();
  const ends = { kind: "stream", messages, header: new Headers(), trailer: new Headers() } as const;
  return { ...rest, end: { ok: true, answer: ends } };
}

/** What a failure is made of. */
export interface FailureInit extends Omit<AttemptScript, "end"> {
  /** @defaultValue "answered" */
  readonly outcome?: Outcome;
  /** @defaultValue Code.Unavailable */
  readonly code?: Code;
  /** @defaultValue "out of order" */
  readonly text?: string;
  /** Taken instead of an error made from `code` and `text`. */
  readonly error?: ConnectError;
  readonly pushback?: Pushback;
  readonly neverSent?: boolean;
  readonly hadHeaders?: boolean;
}

/** An attempt that fails. */
export function failure(init: FailureInit = {}): AttemptScript {
  const { outcome = "answered", code = Code.Unavailable, text = "out of order", pushback } = init;
  const { error = new ConnectError(text, code), afterMs, ignoresCancel, onStart } = init;
  const { neverSent, hadHeaders } = init;
  return {
    end: {
      ok: false,
      outcome,
      error,
      ...(pushback !== undefined && { pushback }),
      ...(neverSent !== undefined && { neverSent }),
      ...(hadHeaders !== undefined && { hadHeaders }),
    },
    ...(afterMs !== undefined && { afterMs }),
    ...(ignoresCancel !== undefined && { ignoresCancel }),
    ...(onStart !== undefined && { onStart }),
  };
}

function unaryAnswer(words: string): Answer {
  return {
    kind: "unary",
    message: greeting(words),
    header: new Headers(),
    trailer: new Headers(),
  };
}

function failureOf({ ok: _ok, ...failure }: Extract<AttemptEnd, { ok: false }>) {
  return failure;
}
