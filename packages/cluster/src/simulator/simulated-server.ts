/**
 * A server in virtual time: a queue, workers, and what may go wrong with it.
 *
 * Shape: up or down; while it is up, it may hang (a process that was stopped), have its workers stuck, fail a share of its
 * requests, and be slow, in any mix.
 */
import { Code } from "@connectrpc/connect";
import type { AttemptFailure, AttemptListener, Clock, RunningAttempt } from "@thrice/core";
import type { AttemptRequest } from "../call/call-plan.js";
import { hasSpentRetries } from "../call/has-spent-retries.js";
import { answered, connectFailed, connectionLost } from "./failures.js";
import { ServedRequest } from "./served-request.js";
import {
  type FailOptions,
  type Fault,
  quickMs,
  type RestartOptions,
  resolveFault,
  resolveRestart,
  resolveSlow,
  type SlowOptions,
} from "./server-faults.js";
import type { ServerSettings } from "./server-options.js";
import type { SimulatedClient } from "./simulated-client.js";
import { Workers } from "./workers.js";

/** One server. Made by `Simulation.server` and `Simulation.servers`. */
export class SimulatedServer {
  /** Names its endpoint. */
  readonly id: string;
  /** What it was made with, defaults filled in. */
  readonly settings: ServerSettings;
  /** Requests that have reached it. */
  arrived = 0;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #workers: Workers;
  /** All that it has not answered, and would lose if it were killed. */
  #held = new Set<ServedRequest>();
  #isDown = false;
  #isFrozen = false;
  /** What is to be done when it hangs no more. */
  #missed: (() => void)[] = [];
  #fault: Fault | undefined;
  #slow = { factor: 1, extraMs: 0 };
  #warmUp = { fromMs: 0, warmUpMs: 0, coldFactor: 1 };

  /** @internal */
  constructor(id: string, settings: ServerSettings, clock: Clock, random: () => number) {
    this.id = id;
    this.settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#workers = new Workers({
      settings,
      clock,
      drawMs: () => this.#drawMs(),
      onWorked: (request) => this.#whenAwake(() => this.#goOn(request)),
      onExpired: (request) =>
        this.#end(request, answered(Code.DeadlineExceeded, "the deadline passed in the queue")),
    });
  }

  /** Requests that it has taken and not answered, whatever has become of them. */
  get held(): number {
    return this.#held.size;
  }

  /** Requests that wait for a worker now. */
  get queued(): number {
    return this.#workers.queued;
  }

  /** Requests that are being served now. */
  get running(): number {
    return this.#workers.running;
  }

  /** Fails requests, or a share of them, from now on. @throws TypeError or RangeError naming field, bound and value. */
  fail(options: FailOptions = {}): void {
    this.#fault = resolveFault(options);
  }

  /** Takes requests and answers none, as a process that was stopped does. What it holds goes on with `heal`. */
  hang(): void {
    this.#isFrozen = true;
  }

  /** Begins nothing any more, but still queues requests and turns them down. What it holds goes on with `heal`. */
  stall(): void {
    this.#workers.stick();
  }

  /** Takes longer from now on. @throws TypeError or RangeError naming field, bound and value. */
  slow(options: SlowOptions): void {
    this.#slow = resolveSlow(options);
  }

  /** Ends all faults. A server that was killed stays so. */
  heal(): void {
    this.#fault = undefined;
    this.#slow = { factor: 1, extraMs: 0 };
    this.#isFrozen = false;
    for (const act of this.#missed.splice(0)) act();
    this.#workers.resume();
  }

  /** Ends the process: what it holds is lost, and connections are refused. */
  kill(): void {
    const lost = this.#held;
    this.#isDown = true;
    this.#isFrozen = false;
    this.#missed = [];
    this.#held = new Set();
    this.#workers.clear();
    this.#clock.setTimer(quickMs, () => {
      for (const request of lost) request.fail(connectionLost);
    });
  }

  /** Starts it anew, without any fault. @throws TypeError or RangeError naming field, bound and value. */
  restart(options: RestartOptions = {}): void {
    this.#warmUp = { fromMs: this.#clock.nowMs(), ...resolveRestart(options) };
    this.#isDown = false;
    this.heal();
  }

  /** Whether its health service answers well. Never settles while it hangs. @internal */
  probe(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#whenAwake(() => {
        const isWell = !this.#isDown && this.#fault?.isSeenByProbes !== true;
        this.#clock.setTimer(quickMs, () => resolve(isWell));
      });
    });
  }

  /** Takes one attempt; false is told of those that do not reach it. @internal */
  start({ timeoutMs }: AttemptRequest, listener: AttemptListener): RunningAttempt {
    const clock = this.#clock;
    const request = new ServedRequest(clock, timeoutMs, listener, (gone) => this.#giveUp(gone));
    if (this.#isDown) {
      clock.setTimer(quickMs, () => request.fail(connectFailed));
      return request;
    }
    this.arrived++;
    this.#held.add(request);
    this.#whenAwake(() => this.#admit(request));
    return request;
  }

  /** Whether connections to it are refused. */
  get isDown(): boolean {
    return this.#isDown;
  }

  #admit(request: ServedRequest): void {
    if (!this.#held.has(request)) return;
    const fault = this.#fault;
    if (fault !== undefined && (fault.ratio === 1 || this.#random() < fault.ratio)) {
      const failure = { ...answered(fault.code, "the server fails"), ...pushbackOf(fault) };
      this.#clock.setTimer(fault.afterMs, () => this.#end(request, failure));
    } else if (!this.#workers.offer(request)) {
      const failure = answered(Code.ResourceExhausted, "the queue is full");
      this.#clock.setTimer(quickMs, () => this.#end(request, failure));
    }
  }

  /** The work for a request is done here; a server that calls on has the larger part to come. */
  #goOn(request: ServedRequest): void {
    if (!this.#held.has(request)) return;
    const { calls } = this.settings;
    if (calls === undefined) this.#end(request, undefined);
    else this.#callOn(request, calls);
  }

  #callOn(request: ServedRequest, client: SimulatedClient): void {
    const abort = this.settings.cancel === "stops-work" ? new AbortController() : undefined;
    request.stopWork = () => abort?.abort();
    client.start({ inbound: request, signal: abort?.signal }, (result, { attempts }) => {
      request.stopWork = undefined;
      if (result.ok) return this.#whenAwake(() => this.#end(request, undefined));
      if (hasSpentRetries(result, attempts)) request.noteRetriesSpent();
      const stops = request.hasSpentRetries && this.settings.stopRetryChains;
      const failure = answered(result.error.code, "its own call failed");
      const said = stops ? ({ ...failure, pushback: { kind: "stop" } } as const) : failure;
      this.#whenAwake(() => this.#end(request, said));
    });
  }

  #end(request: ServedRequest, failure: AttemptFailure | undefined): void {
    if (!this.#held.delete(request)) return;
    if (failure === undefined) request.answer();
    else request.fail(failure);
    this.#workers.free(request);
  }

  #giveUp(request: ServedRequest): void {
    if (this.#held.has(request) && this.#workers.giveUp(request)) this.#held.delete(request);
  }

  #whenAwake(act: () => void): void {
    if (this.#isFrozen) this.#missed.push(act);
    else act();
  }

  #drawMs(): number {
    const { fromMs, warmUpMs, coldFactor } = this.#warmUp;
    const warm = warmUpMs === 0 ? 1 : Math.min(1, (this.#clock.nowMs() - fromMs) / warmUpMs);
    const { factor, extraMs } = this.#slow;
    const usualMs = this.settings.latency(this.#random);
    return usualMs * factor * (coldFactor + warm * (1 - coldFactor)) + extraMs;
  }
}

function pushbackOf({ pushback }: Fault): Pick<AttemptFailure, "pushback"> {
  return pushback === undefined ? {} : { pushback };
}
