import type {
  Answer,
  AttemptFailure,
  AttemptListener,
  AttemptResult,
  Clock,
  FailedAttempt,
  LiveEndpoint,
  RunningAttempt,
} from "@thrice/core";
import type { AttemptHistory, AttemptRequest, CallInit } from "../call/call-plan.js";
import type { AttemptNote, CallNote, Recorder } from "./recorder.js";
import type { CallFrame, OnCallEnd } from "./simulated-client.js";
import { emptyMessage } from "./simulated-method.js";
import type { SimulatedServer } from "./simulated-server.js";

/** What a client lends its calls. */
export interface CallTools {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly find: (endpoint: LiveEndpoint) => SimulatedServer;
  readonly onEnd: OnCallEnd;
}

/** One call: its attempts go to simulated servers, and all of it is written down. */
export class SimulatedCall implements CallInit {
  readonly message = emptyMessage;
  readonly header: Headers | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly #tools: CallTools;
  readonly #note: CallNote;

  constructor(tools: CallTools, note: CallNote, { header, signal }: CallFrame, timeoutMs: number) {
    this.#tools = tools;
    this.#note = note;
    this.header = header;
    this.signal = signal;
    this.timeoutMs = timeoutMs;
  }

  start(request: AttemptRequest, listener: AttemptListener): RunningAttempt {
    const { clock, recorder, find } = this.#tools;
    const server = find(request.endpoint);
    const note = recorder.beginAttempt(clock.nowMs(), server.id, !server.isDown);
    return server.start(request, new NotingListener(clock, note, listener));
  }

  whyNotReplayable(): undefined {
    return undefined;
  }

  onAnswer(answer: Answer, endpoint: LiveEndpoint | undefined, history: AttemptHistory): void {
    this.#end({ ok: true, endpoint, answer }, history);
  }

  onFailure(failure: FailedAttempt, history: AttemptHistory): void {
    this.#end(failure, history);
  }

  #end(result: AttemptResult, history: AttemptHistory): void {
    this.#note.endedMs = this.#tools.clock.nowMs();
    this.#note.code = result.ok ? 0 : result.error.code;
    this.#tools.onEnd(result, history);
  }

  onFinished(): void {}
}

/** Writes down when an attempt is answered well. */
class NotingListener implements AttemptListener {
  readonly #clock: Clock;
  readonly #note: AttemptNote;
  readonly #listener: AttemptListener;

  constructor(clock: Clock, note: AttemptNote, listener: AttemptListener) {
    this.#clock = clock;
    this.#note = note;
    this.#listener = listener;
  }

  onAnswer(answer: Answer): void {
    this.#note.answeredMs = this.#clock.nowMs();
    this.#listener.onAnswer(answer);
  }

  onFailure(failure: AttemptFailure): void {
    this.#listener.onFailure(failure);
  }

  onFinished(): void {
    this.#listener.onFinished();
  }
}
