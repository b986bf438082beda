/** What ends a call from outside also ends it while an interceptor is at work. */
import { getEventListeners } from "node:events";
import { Code, ConnectError, type Interceptor } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";
import { silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Never calls on, and keeps the signals that it was given. */
function waiting() {
  const signals: AbortSignal[] = [];
  const interceptor: Interceptor = () => (request) => {
    signals.push(request.signal);
    return new Promise(() => {});
  };
  return { signals, interceptors: [interceptor] };
}

describe("an interceptor that waits", () => {
  test.each([
    { title: "a unary call", call: "unary" },
    { title: "a stream", call: "watch" },
  ] as const)("is bounded by the deadline of $title", async ({ call }) => {
    const { signals, interceptors } = waiting();
    const { stub, clock } = bench.client({ url: "127.0.0.1:1", interceptors, timeoutMs: 100 });
    const failure = failureOf(call === "unary" ? stub.unary({}) : readAll(stub.watch({})));
    await clock.advance(100);
    expect(await failure).toMatchObject({
      code: Code.DeadlineExceeded,
      rawMessage: "the call's deadline of 100 ms passed",
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends with the caller's signal, and leaves nothing on it", async () => {
    const { interceptors } = waiting();
    const { stub } = bench.client({ url: "127.0.0.1:1", interceptors });
    const controller = new AbortController();
    const failure = failureOf(stub.unary({}, { signal: controller.signal }));
    controller.abort("enough");
    expect(await failure).toMatchObject({ code: Code.Canceled, cause: "enough" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("lets go of a stream that is left", async () => {
    const { signals, interceptors } = waiting();
    const { stub } = bench.client({ url: "127.0.0.1:1", interceptors });
    const stream = stub.watch({})[Symbol.asyncIterator]();
    expect(await stream.return?.()).toEqual({ done: true, value: undefined });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

test("the time that an interceptor takes is taken from the call's", async () => {
  const server = await bench.serve();
  const { stub, clock } = bench.client({
    url: server.url,
    timeoutMs: 5_000,
    attemptTimeoutMs: 0,
    interceptors: [
      (next) => async (request) => {
        await clock.advance(2_000);
        return next(request);
      },
    ],
  });
  await stub.unary({});
  expect(server.requests[0]?.header.get("grpc-timeout")).toBe("3000m");
});

test("the caller's signal still ends a stream that came through an interceptor", async () => {
  const server = await bench.serve({
    async *watch(request, context) {
      yield { text: "first" };
      await silence(request, context);
    },
  });
  const { stub } = bench.client({ url: server.url, interceptors: [(next) => next] });
  const controller = new AbortController();
  const stream = stub.watch({}, { signal: controller.signal })[Symbol.asyncIterator]();
  await stream.next();
  controller.abort();
  expect(await failureOf(stream.next())).toMatchObject({ code: Code.Canceled });
});

test("a stream whose onHeader throws is not left open", async () => {
  const server = await bench.serve({
    async *watch(request, context) {
      yield { text: "first" };
      await silence(request, context);
    },
  });
  const { stub } = bench.client({ url: server.url });
  const onHeader = () => {
    throw new RangeError("no such header");
  };
  expect(await failureOf(readAll(stub.watch({}, { onHeader })))).toBeInstanceOf(RangeError);
  const { context } = await server.arrival(1);
  await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  expect(context.signal.aborted).toBe(true);
});

test("a load balancer without a picker fails the call, and is named", async () => {
  const broken = { name: "broken", createPicker: () => undefined as never };
  const { stub } = bench.client({ url: "127.0.0.1:1", loadBalance: broken });
  const failure = await failureOf(stub.unary({}));
  expect(failure).toBeInstanceOf(ConnectError);
  expect(failure).toMatchObject({
    code: Code.Internal,
    rawMessage: expect.stringContaining("load balancer broken"),
  });
});

test("what an interceptor throws fails the call as internal, and is its cause", async () => {
  const cause = new RangeError("no token");
  const broken: Interceptor = () => () => Promise.reject(cause);
  const { stub } = bench.client({ url: "127.0.0.1:1", interceptors: [broken] });
  const failure = await failureOf(stub.unary({}));
  expect(failure).toBeInstanceOf(ConnectError);
  expect(failure).toMatchObject({ code: Code.Internal, rawMessage: "no token", cause });
});
