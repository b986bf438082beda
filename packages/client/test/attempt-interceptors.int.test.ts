/** Interceptors around each attempt, over real connections. */
import { getEventListeners } from "node:events";
import { createContextKey, createContextValues } from "@connectrpc/connect";
import {
  type AttemptInfo,
  attemptKey,
  attemptsOf,
  Code,
  ConnectError,
  hedged,
  type Interceptor,
  type LoadBalancer,
} from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Takes the endpoints in order. */
const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};

const down = () => new ConnectError("down", Code.Unavailable);

/** Keeps what attempts say of themselves. */
function seeing() {
  const seen: (AttemptInfo | undefined)[] = [];
  const see: Interceptor = (next) => (request) => {
    seen.push(request.contextValues.get(attemptKey));
    return next(request);
  };
  return { seen, see };
}

test("run once per attempt, and are told which it is", async () => {
  const broken = await bench.serve({ unary: failing(down) });
  const well = await bench.serve();
  const { seen, see } = seeing();
  const { stub } = bench.client({
    url: [broken.url, well.url],
    retries: 2,
    loadBalance: inOrder,
    attemptInterceptors: [see],
  });
  expect(await stub.unary({ text: "hi" })).toMatchObject({ text: "hi" });
  expect(seen).toMatchObject([
    { number: 1, kind: "first", endpoint: { id: broken.id }, reason: "the call's first attempt" },
    {
      number: 2,
      kind: "retry",
      endpoint: { id: well.id },
      reason: "attempt 1 failed: answered, unavailable",
    },
  ]);
});

test("stand beneath those of the call, the client's around the service's", async () => {
  const server = await bench.serve();
  const order: string[] = [];
  const named =
    (name: string): Interceptor =>
    (next) =>
    async (request) => {
      order.push(`${name} >`);
      const response = await next(request);
      order.push(`< ${name}`);
      return response;
    };
  const { newStub } = bench.client({
    url: server.url,
    interceptors: [named("call")],
    attemptInterceptors: [named("client 1"), named("client 2")],
  });
  await newStub({ attemptInterceptors: [named("service")] }).unary({});
  expect(order).toEqual([
    "call >",
    "client 1 >",
    "client 2 >",
    "service >",
    "< service",
    "< client 2",
    "< client 1",
    "< call",
  ]);
});

test("send headers of an attempt's own, on top of the call's", async () => {
  const broken = await bench.serve({ unary: failing(down) });
  const well = await bench.serve();
  const token: Interceptor = (next) => (request) => {
    const attempt = request.contextValues.get(attemptKey);
    request.header.set("authorization", `token for ${attempt?.endpoint.id}`);
    request.header.append("seen", String(attempt?.number));
    return next(request);
  };
  const { stub } = bench.client({
    url: [broken.url, well.url],
    retries: 1,
    loadBalance: inOrder,
    attachments: { who: "ada" },
    attemptInterceptors: [token],
  });
  await stub.unary({});
  const headersOf = ({ requests: [first] }: typeof well) =>
    ["authorization", "seen", "who"].map((name) => first?.header.get(name));
  expect(headersOf(broken)).toEqual([`token for ${broken.id}`, "1", "ada"]);
  expect(headersOf(well)).toEqual([`token for ${well.id}`, "2", "ada"]);
});

test("see the call's context values, and keep their own to their attempt", async () => {
  const broken = await bench.serve({ unary: failing(down, 1) });
  const user = createContextKey("nobody");
  const turn = createContextKey(0);
  const seen: unknown[] = [];
  const look: Interceptor = (next) => (request) => {
    const { contextValues } = request;
    seen.push([contextValues.get(user), contextValues.get(turn)]);
    contextValues.set(turn, 7).delete(user);
    seen.push([contextValues.get(user), contextValues.get(turn)]);
    return next(request);
  };
  const { stub } = bench.client({ url: broken.url, retries: 1, attemptInterceptors: [look] });
  const contextValues = createContextValues().set(user, "ada");
  await stub.unary({}, { contextValues });
  expect(seen).toEqual([
    ["ada", 0],
    ["nobody", 7],
    ["ada", 0],
    ["nobody", 7],
  ]);
  expect(contextValues.get(user)).toBe("ada");
});

describe("one that fails an attempt before it is sent", () => {
  const refusing = (id: string, error: unknown): Interceptor => {
    return (next) => async (request) => {
      if (request.contextValues.get(attemptKey)?.endpoint.id === id) throw error;
      return next(request);
    };
  };

  test("lets its code decide: unavailable goes on elsewhere, also for a method that may not be repeated", async () => {
    const servers = await bench.serveMany(2);
    const [first, second] = servers as [(typeof servers)[0], (typeof servers)[0]];
    const { stub } = bench.client({
      url: [first.url, second.url],
      loadBalance: inOrder,
      attemptInterceptors: [refusing(first.id, down())],
    });
    expect(await stub.unary({ text: "hi" })).toMatchObject({ text: "hi" });
    expect([first.attempts(), second.attempts()]).toEqual([0, 1]);
  });

  test("ends the call with a code that no retry mends", async () => {
    const server = await bench.serve();
    const denied = new ConnectError("no token", Code.Unauthenticated);
    const { stub } = bench.client({
      url: server.url,
      retries: 3,
      attemptInterceptors: [refusing(server.id, denied)],
    });
    const error = await failureOf(stub.unary({}));
    expect(error).toMatchObject({ code: Code.Unauthenticated });
    expect(attemptsOf(error)).toMatchObject([{ outcome: "rejected", code: "unauthenticated" }]);
    expect(server.attempts()).toBe(0);
  });

  test("says nothing against its endpoint", async () => {
    const server = await bench.serve();
    const ejected: string[] = [];
    const { stub, client } = bench.client({
      url: [server.url, "127.0.0.1:1"],
      retries: 0,
      loadBalance: inOrder,
      attemptInterceptors: [refusing(server.id, down())],
      events: { onEject: ({ endpoint }) => ejected.push(endpoint.id) },
    });
    for (let call = 0; call < 10; call++) await failureOf(stub.unary({}));
    expect(ejected).toEqual([]);
    expect(client.counters()).toMatchObject({ calls: 10, attempts: 10, ejections: 0 });
  });

  test("by throwing something else, fails the call as internal, without a retry", async () => {
    const server = await bench.serve();
    const cause = new RangeError("off by one");
    const { stub } = bench.client({
      url: server.url,
      retries: 3,
      attemptInterceptors: [refusing(server.id, cause)],
    });
    const error = await failureOf(stub.unary({}));
    expect(error).toMatchObject({
      code: Code.Internal,
      rawMessage: expect.stringContaining("attempt interceptor threw: RangeError: off by one"),
      cause,
    });
    expect(attemptsOf(error)).toHaveLength(1);
  });
});

test("one that returns no response fails the call as internal", async () => {
  const server = await bench.serve();
  const { stub } = bench.client({
    url: server.url,
    attemptInterceptors: [() => async () => undefined as never],
  });
  expect(await failureOf(stub.unary({}))).toMatchObject({
    code: Code.Internal,
    rawMessage: expect.stringContaining("it returned no response, but undefined"),
  });
});

test("the wire's failure passes as it is, with its pushback, and another error takes its text and code", async () => {
  const server = await bench.serve({
    unary: failing(
      () => new ConnectError("down", Code.Unavailable, { "grpc-retry-pushback-ms": "-1" }),
    ),
  });
  const seen: unknown[] = [];
  const watch: Interceptor = (next) => (request) =>
    next(request).catch((error: ConnectError) => {
      seen.push(error.code);
      throw error;
    });
  const renamed: Interceptor = (next) => (request) =>
    next(request).catch(() => Promise.reject(new ConnectError("renamed", Code.Aborted)));
  const { newStub } = bench.client({ url: server.url, retries: 2, attemptInterceptors: [watch] });
  const plain = await failureOf(newStub({}).unary({}));
  expect([seen, attemptsOf(plain).length]).toEqual([[Code.Unavailable], 1]);
  const other = await failureOf(newStub({ attemptInterceptors: [renamed] }).unary({}));
  expect(other).toMatchObject({ code: Code.Aborted, rawMessage: "renamed" });
  expect(attemptsOf(other)).toMatchObject([{ outcome: "answered", code: "aborted" }]);
});

test("one may answer by itself, and may send more than once", async () => {
  const server = await bench.serve({ unary: failing(down, 1) });
  const kept: Interceptor = (next) => async (request) => {
    await next(request).catch(() => undefined);
    return next(request);
  };
  const { newStub } = bench.client({ url: server.url, retries: 0 });
  expect(await newStub({ attemptInterceptors: [kept] }).unary({ text: "hi" })).toMatchObject({
    text: "hi",
  });
  expect(server.attempts()).toBe(2);
  const cached: Interceptor =
    () =>
    async ({ service, method, stream }) =>
      ({
        stream,
        service,
        method,
        header: new Headers(),
        trailer: new Headers(),
        message: { $typeName: "kinds.Note", text: "from the cache" },
      }) as never;
  expect(await newStub({ attemptInterceptors: [cached] }).unary({})).toMatchObject({
    text: "from the cache",
  });
  expect(server.attempts()).toBe(2);
});

test("what one leaves on the wire when it answers by itself is taken back", async () => {
  const server = await bench.serve({ unary: silence });
  const impatient: Interceptor = (next) => async (request) => {
    void next(request).catch(() => {});
    await server.arrival(1);
    const { stream, service, method } = request;
    const [header, trailer] = [new Headers(), new Headers()];
    const message = { $typeName: "kinds.Note", text: "enough" };
    return { stream, service, method, header, trailer, message } as never;
  };
  const { stub } = bench.client({ url: server.url, attemptInterceptors: [impatient] });
  expect(await stub.unary({})).toMatchObject({ text: "enough" });
  const { context } = await server.arrival(1);
  if (!context.signal.aborted)
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  expect(context.signal.aborted).toBe(true);
});

describe("one that waits", () => {
  const never: Interceptor = () => () => new Promise(() => {});

  test("is bounded by the attempt's timeout", async () => {
    const { stub, clock } = bench.client({
      url: "127.0.0.1:1",
      retries: 0,
      attemptTimeoutMs: 50,
      attemptInterceptors: [never],
    });
    const failure = failureOf(stub.unary({}));
    await clock.advance(50);
    expect(await failure).toMatchObject({ code: Code.DeadlineExceeded });
    expect(clock.pendingTimers).toBe(0);
  });

  test("hears that its attempt lost, by its signal", async () => {
    const server = await bench.serve();
    const signals: AbortSignal[] = [];
    const first: Interceptor = (next) => (request) => {
      if (request.contextValues.get(attemptKey)?.kind === "hedge") return next(request);
      signals.push(request.signal);
      return new Promise(() => {});
    };
    const { stub, clock } = bench.client({
      url: [server.url, "127.0.0.1:1"],
      retries: 1,
      cluster: hedged({ delayMs: 10 }),
      loadBalance: { name: "last", createPicker: () => ({ pick: (list) => list.at(-1) }) },
      attemptInterceptors: [first],
    });
    const answer = stub.read({ text: "hi" });
    await clock.advance(10);
    expect(await answer).toMatchObject({ text: "hi" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test.each(["unary", "watch"] as const)("ends with its client, in %s", async (name) => {
    const { stub, client } = bench.client({ url: "127.0.0.1:1", attemptInterceptors: [never] });
    const failure = failureOf(name === "unary" ? stub.unary({}) : readAll(stub.watch({})));
    await new Promise(setImmediate);
    await client.close();
    expect(await failure).toMatchObject({ code: Code.Unavailable });
  });

  test("finds its signal aborted when it looks after the answer, and cannot send again", async () => {
    const { url } = await bench.serve();
    const late: (() => Promise<unknown>)[] = [];
    const requests: { readonly signal: AbortSignal }[] = [];
    const keep: Interceptor = (next) => (request) => {
      requests.push(request);
      late.push(() => next(request));
      return next(request);
    };
    const { stub } = bench.client({ url, attemptInterceptors: [keep] });
    await stub.unary({ text: "a" });
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([true]);
    for (const again of late) {
      expect(await failureOf(again())).toMatchObject({ rawMessage: "the attempt is answered" });
    }
  });

  test("ends with the caller's signal, and leaves nothing on it", async () => {
    const { stub } = bench.client({ url: "127.0.0.1:1", attemptInterceptors: [never] });
    const caller = new AbortController();
    const failure = failureOf(stub.unary({}, { signal: caller.signal }));
    caller.abort("enough");
    expect(await failure).toMatchObject({ code: Code.Canceled, cause: "enough" });
    expect(getEventListeners(caller.signal, "abort")).toEqual([]);
  });

  test("leaves the peer only the time that is left", async () => {
    const server = await bench.serve();
    const { stub, clock } = bench.client({
      url: server.url,
      attemptTimeoutMs: 5_000,
      attemptInterceptors: [
        (next) => async (request) => {
          await clock.advance(2_000);
          return next(request);
        },
      ],
    });
    await stub.unary({});
    expect(server.requests[0]?.header.get("grpc-timeout")).toBe("3000m");
  });
});

describe("streams", () => {
  const shout: Interceptor = (next) => async (request) => {
    const response = await next(request);
    if (!response.stream) return response;
    const { message } = response;
    const louder = async function* () {
      for await (const each of message) {
        const { text } = each as unknown as { text: string };
        yield { ...each, text: text.toUpperCase() };
      }
    };
    return { ...response, message: louder() };
  };

  test("of every kind pass through", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url, attemptInterceptors: [shout] });
    expect(await readAll(stub.watch({ text: "a" }))).toEqual(["A 1", "A 2"]);
    expect(await readAll(stub.chat(notes("a", "b")))).toEqual(["A", "B"]);
    expect(await stub.collect(notes("a", "b"))).toMatchObject({ text: "A,B" });
  });

  test("are repeated until their first answer, through the interceptors each time", async () => {
    let left = 1;
    const server = await bench.serve({
      async *chat(messages) {
        if (left-- > 0) throw down();
        for await (const { text } of messages) yield { text };
      },
    });
    const { seen, see } = seeing();
    const { stub } = bench.client({
      url: server.url,
      retries: 1,
      attemptInterceptors: [see, shout],
    });
    expect(await readAll(stub.chat(notes("a", "b")))).toEqual(["A", "B"]);
    expect(seen.map((attempt) => attempt?.kind)).toEqual(["first", "retry"]);
  });

  test("that are left early are taken back at the server", async () => {
    const server = await bench.serve({
      async *watch(request, context) {
        yield { text: "first" };
        await silence(request, context);
      },
    });
    const { stub } = bench.client({ url: server.url, attemptInterceptors: [shout] });
    for await (const { text } of stub.watch({})) {
      expect(text).toBe("FIRST");
      break;
    }
    const { context } = await server.arrival(1);
    if (!context.signal.aborted)
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    expect(context.signal.aborted).toBe(true);
  });
});
