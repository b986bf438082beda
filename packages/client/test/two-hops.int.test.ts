/** A handler that makes calls itself: its deadline goes on, what steered its own call does not. */
import { attemptsOf, Code, ConnectError } from "@thrice/client";
import { runInboundCall } from "@thrice/core";
import { Bench, type BenchClient } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** caller → front → back, where the front's client may have options of its own. */
async function twoHops(inner: { inheritDeadline?: boolean } = {}) {
  const back = await bench.serve();
  const between: BenchClient = bench.client({ url: back.url, attemptTimeoutMs: 0, ...inner });
  const front = await bench.serve({
    unary: ({ text }) => between.stub.unary({ text }),
    async *watch({ text }) {
      yield await between.stub.unary({ text: `${text} 1` });
      yield await between.stub.unary({ text: `${text} 2` });
    },
  });
  const outer = bench.client({ url: front.url, attemptTimeoutMs: 0 });
  return { back, between, front, outer };
}

function leftMs(header: Headers | undefined): number {
  return Number(/^(\d+)m$/.exec(header?.get("grpc-timeout") ?? "")?.[1]);
}

describe("a deadline", () => {
  test("goes on to the next hop as the time that is left", async () => {
    const { outer, front, back } = await twoHops();
    await outer.stub.unary({ text: "hi" }, { timeoutMs: 60_000 });
    expect(leftMs(front.requests[0]?.header)).toBe(60_000);
    const left = leftMs(back.requests[0]?.header);
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test("goes on from each step of a handler that is a generator", async () => {
    const { outer, back } = await twoHops();
    for await (const _ of outer.stub.watch({ text: "hi" }, { timeoutMs: 60_000 }));
    expect(back.requests.map(({ header }) => leftMs(header) > 50_000)).toEqual([true, true]);
  });

  test("of the handler's own call is kept when it is the shorter one", async () => {
    const back = await bench.serve();
    const between = bench.client({ url: back.url, timeoutMs: 700 });
    const front = await bench.serve({ unary: ({ text }) => between.stub.unary({ text }) });
    await bench.client({ url: front.url }).stub.unary({ text: "hi" }, { timeoutMs: 60_000 });
    expect(leftMs(back.requests[0]?.header)).toBe(700);
  });

  test("stays where it is with inheritDeadline false", async () => {
    const { outer, back } = await twoHops({ inheritDeadline: false });
    await outer.stub.unary({ text: "hi" }, { timeoutMs: 60_000 });
    expect(back.requests[0]?.header.has("grpc-timeout")).toBe(false);
  });

  test("is none when the caller has none", async () => {
    const { outer, back } = await twoHops();
    await outer.stub.unary({ text: "hi" });
    expect(back.requests[0]?.header.has("grpc-timeout")).toBe(false);
  });

  test("that lies further ahead than a timer can reach is no bound", async () => {
    const back = await bench.serve();
    const { stub, clock } = bench.client({ url: back.url, attemptTimeoutMs: 0 });
    const inbound = { remainingMs: () => 2 ** 31 };
    const answer = runInboundCall(inbound, () => stub.unary({ text: "hi" }));
    await back.arrival(1);
    expect(clock.pendingTimers).toBe(0);
    expect((await answer).text).toBe("hi");
  });

  test.each([{ leftMs: 0 }, { leftMs: -5 }])(
    "with $leftMs ms left lets no further call be sent",
    async ({ leftMs }) => {
      const back = await bench.serve();
      const { stub } = bench.client({ url: back.url });
      const inbound = { remainingMs: () => leftMs };
      const failure = failureOf(runInboundCall(inbound, () => stub.unary({})));
      expect(await failure).toMatchObject({
        code: Code.DeadlineExceeded,
        message: expect.stringContaining("deadline of 0 ms"),
      });
      expect(back.attempts()).toBe(0);
    },
  );

  test("that has passed lets the handler make no further call", async () => {
    const back = await bench.serve();
    const between = bench.client({ url: back.url });
    let tooLate: ((failure: unknown) => void) | undefined;
    const failure = new Promise((resolve) => {
      tooLate = resolve;
    });
    const front = await bench.serve({
      async unary(request, context) {
        await silence(request, context).catch(() => {});
        tooLate?.(await failureOf(between.stub.unary({ text: "late" })));
        return {};
      },
    });
    const outer = bench.client({ url: front.url });
    const outerFailure = failureOf(outer.stub.unary({}, { timeoutMs: 30 }));
    expect(await failure).toMatchObject({ code: Code.DeadlineExceeded });
    await outer.clock.advance(30);
    expect(await outerFailure).toMatchObject({ code: Code.DeadlineExceeded });
    expect(back.attempts()).toBe(0);
  });
});

test("an error that a handler hands on arrives with code and text, and not with that hop's metadata", async () => {
  const back = await bench.serve({
    unary: failing(() => new ConnectError("gone", Code.NotFound, { hint: "elsewhere" })),
  });
  const between = bench.client({ url: back.url });
  const front = await bench.serve({
    unary: ({ text }) => between.stub.unary({ text }),
    async *watch({ text }) {
      yield await between.stub.unary({ text });
    },
  });
  const { stub } = bench.client({ url: front.url, retries: 2 });
  for (const call of [() => stub.unary({}), () => readAll(stub.watch({}))]) {
    const error = (await failureOf(call())) as ConnectError;
    const hint = error.metadata.get("hint");
    expect([error.code, error.rawMessage, hint]).toEqual([Code.NotFound, "gone", null]);
    expect(attemptsOf(error).map(({ endpoint }) => endpoint)).toEqual([front.id]);
  }
});

test("what steers one hop is not sent on to the next", async () => {
  const { outer, between, back } = await twoHops();
  await outer.stub.unary({ text: "hi" }, { retries: 5, attachments: { user: "u" } });
  const names = [...(back.requests[0]?.header.keys() ?? [])];
  expect(names).not.toEqual(expect.arrayContaining(["retries"]));
  expect(names).not.toEqual(expect.arrayContaining(["timeout"]));
  expect(names).not.toEqual(expect.arrayContaining(["user"]));
  expect(() => between.stub.unary({}, { attachments: { retries: "5" } })).toThrow(TypeError);
});
