/**
 * What the cluster layer costs per successful call, beside a bare wire that answers in a microtask: time in nanoseconds
 * and memory in bytes. Run with `--expose-gc`.
 */
import type { AttemptListener, UnaryAnswer } from "@thrice/core";
import { systemClock } from "@thrice/core";
import {
  type AttemptRequest,
  CallCounters,
  type CallInit,
  type CallPlan,
  CallsUnderWay,
  ClientEndpoints,
  ClientThrottle,
  createStaticDirectory,
  defaultBackoff,
  failover,
  LatencyWindow,
  peakEwma,
  RetryBudget,
  resolveHealth,
  retryByDefault,
  startCall,
} from "../src/index.js";
import { greeting, methods } from "../src/testing/greet-service.js";

const calls = 300_000;
const answer: UnaryAnswer = {
  kind: "unary",
  message: greeting("hello"),
  header: new Headers(),
  trailer: new Headers(),
};
const address = (port: number) => ({ host: "127.0.0.1", port, params: {} });

const answered = Promise.resolve();
const running = { cancel: () => {} };

const directory = createStaticDirectory([1, 2, 3].map(address));
const settings = resolveHealth();
const health = settings && { settings, random: Math.random, probe: async () => true };

const plan: CallPlan = {
  method: methods.unary,
  strategy: failover,
  policy: { retries: 2, retriesSet: true, retryOn: retryByDefault, backoff: defaultBackoff },
  picker: peakEwma.createPicker(),
  loadBalancerName: "peakEwma",
  endpoints: new ClientEndpoints(directory, systemClock, health),
  budget: new RetryBudget(),
  throttle: new ClientThrottle(),
  latencies: new LatencyWindow(systemClock),
  clock: systemClock,
  random: Math.random,
  attemptTimeoutMs: 3_000,
  underWay: new CallsUnderWay(),
  counters: new CallCounters(),
};

/** The same, with someone who looks on. */
const watched: CallPlan = { ...plan, events: { onCallEnd: () => {} } };
const explained: CallPlan = { ...plan, events: { onExplain: () => {} } };

class BenchCall implements CallInit {
  readonly timeoutMs = Number.POSITIVE_INFINITY;
  readonly signal = undefined;
  readonly message = answer.message;
  readonly header = undefined;
  readonly #done: () => void;

  constructor(done: () => void) {
    this.#done = done;
  }

  start(_request: unknown, listener: AttemptListener) {
    void answered.then(() => {
      listener.onAnswer(answer);
      listener.onFinished();
    });
    return running;
  }

  whyNotReplayable(): undefined {
    return undefined;
  }

  onAnswer(): void {
    this.#done();
  }

  onFailure(): void {}

  onFinished(): void {}
}

/** The same without the cluster layer: what the bench itself takes. */
class BareCall implements AttemptListener {
  readonly #init: CallInit;

  constructor(init: CallInit) {
    this.#init = init;
  }

  onAnswer(): void {
    this.#init.onAnswer(answer, undefined, history);
  }

  onFailure(): void {}

  onFinished(): void {
    this.#init.onFinished();
  }
}

const history = { attempts: [] };
const request = { timeoutMs: 3_000 } as unknown as AttemptRequest;

const contestants: Record<string, (init: CallInit) => void> = {
  bare: (init) => void init.start(request, new BareCall(init)),
  cluster: (init) => startCall(plan, init),
  watched: (init) => startCall(watched, init),
  explained: (init) => startCall(explained, init),
};

for (let round = 0; round < 4; round++) {
  for (const [name, start] of Object.entries(contestants)) {
    console.log(name, await measure(start));
  }
}

/**
 * Memory is measured over few calls, so that no collection comes between; but not right after one, which throws away compiled
 * code with the hidden classes that no call holds.
 */
async function measure(start: (init: CallInit) => void) {
  globalThis.gc?.();
  await run(start, 30_000);
  const bytesBefore = process.memoryUsage().heapUsed;
  await run(start, 1_000);
  const bytes = (process.memoryUsage().heapUsed - bytesBefore) / 1_000;
  const startMs = performance.now();
  await run(start, calls);
  const nanos = ((performance.now() - startMs) * 1e6) / calls;
  return { nanos: Math.round(nanos), bytes: Math.round(bytes) };
}

async function run(start: (init: CallInit) => void, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((done) => start(new BenchCall(done)));
}
