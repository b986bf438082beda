/** The server keeps to a call's deadline, whatever its handler does. */
import { currentInboundCall, type InboundCall } from "@thrice/core";
import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { Code, type HandlerOptions, type ServerOptions } from "@thrice/server";
import { Bench, failureOf, gate, protocols, readAll } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

/** No real timer comes near it; the server's clock is moved by hand. */
const timeoutMs = 60_000;
const exceeded = { code: Code.DeadlineExceeded };

describe("a handler that ignores its deadline", () => {
  test.each(protocols)("is answered for at once over %s, and told to stop", async (protocol) => {
    const clock = new FakeClock();
    const began = gate();
    const told = gate<AbortSignal>();
    const { peer } = await bench.serve(
      {
        unary(_, { signal }) {
          signal.addEventListener("abort", () => told.open(signal), { once: true });
          began.open();
          return new Promise(() => {});
        },
      },
      { clock },
    );
    const failure = failureOf(peer(protocol).unary({}, { timeoutMs }));
    await began.opened;
    await clock.advance(timeoutMs);
    expect(await failure).toMatchObject(exceeded);
    expect((await told.opened).aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each(protocols)("amid a stream ends it over %s after what was sent", async (protocol) => {
    const clock = new FakeClock();
    const silent = gate();
    const { peer } = await bench.serve(
      {
        async *watch() {
          yield { text: "first" };
          silent.open();
          await new Promise(() => {});
        },
      },
      { clock },
    );
    const notes = peer(protocol).watch({}, { timeoutMs })[Symbol.asyncIterator]();
    expect((await notes.next()).value).toMatchObject({ text: "first" });
    const failure = failureOf(notes.next());
    await silent.opened;
    await clock.advance(timeoutMs);
    expect(await failure).toMatchObject(exceeded);
    expect(clock.pendingTimers).toBe(0);
  });

  test("and waits for a request that does not come is answered for", async () => {
    const clock = new FakeClock();
    const began = gate();
    const { peer } = await bench.serve(
      {
        async collect(notes) {
          began.open();
          return { text: (await readAll(notes)).join() };
        },
      },
      { clock },
    );
    async function* silence() {
      yield { text: "one" };
      await new Promise(() => {});
    }
    const failure = failureOf(peer().collect(silence(), { timeoutMs }));
    await began.opened;
    await clock.advance(timeoutMs);
    expect(await failure).toMatchObject(exceeded);
  });

  test("may fail later: the log has it at level debug", async () => {
    const clock = new FakeClock();
    const logger = memoryLogger();
    const began = gate();
    const late = gate();
    const fail = async () => {
      began.open();
      await late.opened;
      throw new Error("too late");
    };
    const { peer } = await bench.serve({ unary: fail }, { clock, logger });
    const failure = failureOf(peer().unary({}, { timeoutMs }));
    await began.opened;
    await clock.advance(timeoutMs);
    await failure;
    logger.records.length = 0;
    late.open();
    await clock.advance(0);
    expect(logger.records).toEqual([
      { level: "debug", message: expect.stringMatching(/kinds\.KindsService\/Unary.*too late/) },
    ]);
  });

  test("is left once it comes to its next message", async () => {
    const clock = new FakeClock();
    const began = gate();
    const late = gate();
    const left = gate();
    const { peer } = await bench.serve(
      {
        async *watch() {
          try {
            began.open();
            await late.opened;
            yield {};
          } finally {
            left.open();
          }
        },
      },
      { clock },
    );
    const failure = failureOf(readAll(peer().watch({}, { timeoutMs })));
    await began.opened;
    await clock.advance(timeoutMs);
    expect(await failure).toMatchObject(exceeded);
    late.open();
    await left.opened;
  });
});

test("a handler that answers in time leaves no timer", async () => {
  const clock = new FakeClock();
  const { peer } = await bench.serve(
    {
      unary: ({ text }) => ({ text }),
      async *watch({ text }) {
        yield { text };
      },
    },
    { clock },
  );
  await peer().unary({}, { timeoutMs });
  await readAll(peer().watch({}, { timeoutMs }));
  expect(clock.pendingTimers).toBe(0);
});

describe("the calls that a handler makes inherit", () => {
  test("its deadline while it runs, and no bound when it has ended", async () => {
    const seen: (InboundCall | undefined)[] = [];
    const leftMs: unknown[] = [];
    const look = () => {
      seen.push(currentInboundCall());
      leftMs.push(currentInboundCall()?.remainingMs());
    };
    const { peer } = await bench.serve({
      unary() {
        look();
        return {};
      },
      async *watch() {
        look();
        yield {};
      },
    });
    await peer().unary({}, { timeoutMs });
    await readAll(peer().watch({}, { timeoutMs }));
    expect(leftMs).toEqual([expect.any(Number), expect.any(Number)]);
    expect(seen.map((inbound) => inbound?.remainingMs())).toEqual([undefined, undefined]);
  });

  test("no time at all while it runs on after its deadline", async () => {
    const clock = new FakeClock();
    const began = gate();
    const late = gate();
    let inbound: InboundCall | undefined;
    const { peer } = await bench.serve(
      {
        async unary() {
          inbound = currentInboundCall();
          began.open();
          await late.opened;
          return {};
        },
      },
      { clock },
    );
    const failure = failureOf(peer().unary({}, { timeoutMs }));
    await began.opened;
    await clock.advance(timeoutMs);
    await failure;
    expect(inbound?.remainingMs()).toBe(0);
    late.open();
    await clock.advance(0);
    expect(inbound?.remainingMs()).toBeUndefined();
  });
});

describe("maxTimeoutMs", () => {
  /** Handlers that never answer; `left` is the time that they were told. */
  async function open(options: ServerOptions, handlerOptions?: HandlerOptions) {
    const clock = new FakeClock();
    const began = gate<number | undefined>();
    const { peer } = await bench.serve(
      {
        unary(_, context) {
          began.open(context.timeoutMs());
          return new Promise(() => {});
        },
        async *watch(_, context) {
          yield { text: "first" };
          began.open(context.timeoutMs());
          await new Promise(() => {});
        },
      },
      { clock, ...options },
      handlerOptions,
    );
    return { clock, peer, left: began.opened };
  }

  test.each(protocols)(
    "bounds a call over %s that asks for more, or for nothing",
    async (protocol) => {
      for (const asked of [undefined, timeoutMs]) {
        const { clock, peer, left } = await open({ maxTimeoutMs: 30_000 });
        const failure = failureOf(
          peer(protocol).unary({}, asked === undefined ? {} : { timeoutMs: asked }),
        );
        const leftMs = (await left) ?? Number.NaN;
        expect(leftMs).toBeGreaterThan(20_000);
        expect(leftMs).toBeLessThanOrEqual(30_000);
        await clock.advance(30_000);
        expect(await failure).toMatchObject(exceeded);
      }
    },
  );

  test("leaves a caller that asks for less its own bound", async () => {
    const { peer, left } = await open({ maxTimeoutMs: timeoutMs * 2 });
    const leave = new AbortController();
    const failure = failureOf(peer().unary({}, { timeoutMs, signal: leave.signal }));
    expect(await left).toBeLessThanOrEqual(timeoutMs);
    leave.abort();
    await failure;
  });

  test("bounds streams too", async () => {
    const { clock, peer, left } = await open({ maxTimeoutMs: 30_000 });
    const failure = failureOf(readAll(peer().watch({})));
    await left;
    await clock.advance(30_000);
    expect(await failure).toMatchObject(exceeded);
  });

  test("of a service wins, and 0 lifts the server's", async () => {
    const { peer, left } = await open({ maxTimeoutMs: 30_000 }, { maxTimeoutMs: 0 });
    const leave = new AbortController();
    const failure = failureOf(peer().unary({}, { signal: leave.signal }));
    expect(await left).toBeUndefined();
    leave.abort();
    await failure;
  });
});

test.each([
  { linkCalls: true, known: [true, true] },
  { linkCalls: false, known: [false, false] },
])(
  "with linkCalls $linkCalls, a handler's calls know of the one they serve: $known",
  async ({ linkCalls, known }) => {
    const seen: boolean[] = [];
    const note = () => void seen.push(currentInboundCall() !== undefined);
    const { peer } = await bench.serve(
      {
        async unary() {
          await Promise.resolve();
          note();
          return {};
        },
        async *watch() {
          note();
          yield {};
        },
      },
      { linkCalls },
    );
    await peer().unary({});
    await readAll(peer().watch({}));
    expect(seen).toEqual(known);
  },
);
