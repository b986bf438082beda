/** Connect interceptors around handlers. */
import { create } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextKey,
  type Interceptor,
  type StreamResponse,
} from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { type Note, NoteSchema } from "./gen/kinds/kinds_pb.js";
import type { KindsServiceHandler } from "./gen/kinds/kinds_thrice.js";
import { Bench, failureOf, gate, protocols, readAll } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const echo: KindsServiceHandler = {
  unary: ({ text }) => ({ text }),
  read: ({ text }) => ({ text }),
  put: ({ text }) => ({ text }),
  async *watch({ text }) {
    for (const letter of text) yield { text: letter };
  },
  async collect(notes) {
    return { text: (await readAll(notes)).join("+") };
  },
  async *chat(notes) {
    for await (const { text } of notes) yield { text: `re: ${text}` };
  },
};

async function* notes(...texts: string[]) {
  for (const text of texts) yield { text };
}

/** Notes when it sees a request and when it sees the answer. */
function tracing(name: string, seen: string[]): Interceptor {
  return (next) => async (request) => {
    seen.push(`${name} >`);
    const response = await next(request);
    seen.push(`< ${name}`);
    return response;
  };
}

test("those of the server run around those of the service, the first of each list outermost", async () => {
  const seen: string[] = [];
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => tracing(name, seen)) as Interceptor[];
  const { peer } = await bench.serve(
    {
      unary: ({ text }) => {
        seen.push("handler");
        return { text };
      },
    },
    { interceptors: [a, b] as Interceptor[] },
    { interceptors: [c, d] as Interceptor[] },
  );
  await peer().unary({});
  expect(seen).toEqual(["a >", "b >", "c >", "d >", "handler", "< d", "< c", "< b", "< a"]);
});

describe.each(protocols)("over %s, an interceptor", (protocol) => {
  test("that looks at everything changes nothing", async () => {
    const kinds: unknown[] = [];
    const look: Interceptor = (next) => async (request) => {
      kinds.push([request.stream, request.method.name, request.requestMethod]);
      return { ...(await next({ ...request })) };
    };
    const { peer } = await bench.serve(echo, { interceptors: [look] });
    const caller = peer(protocol);
    expect((await caller.unary({ text: "hi" })).text).toBe("hi");
    expect(await readAll(caller.watch({ text: "abc" }))).toEqual(["a", "b", "c"]);
    expect((await caller.collect(notes("a", "b"))).text).toBe("a+b");
    expect(kinds).toEqual([
      [false, "Unary", "POST"],
      [true, "Watch", "POST"],
      [true, "Collect", "POST"],
    ]);
  });

  test("sees whole messages, and may change what goes in and out", async () => {
    const shout = (note: Note) => create(NoteSchema, { text: note.text.toUpperCase() });
    const change: Interceptor = (next) => async (request) => {
      request.header.set("x-user", "ann");
      const response = await next(
        request.stream ? request : { ...request, message: shout(request.message as Note) },
      );
      response.header.set("x-seen", "yes");
      response.trailer.set("x-seen-last", "yes");
      if (!response.stream) return response;
      const shouted = async function* () {
        for await (const note of response.message) yield shout(note as Note);
      };
      return { ...response, message: shouted() } as StreamResponse;
    };
    const users: (string | null)[] = [];
    const { peer } = await bench.serve(
      {
        ...echo,
        unary: ({ text }, { requestHeader }) => {
          users.push(requestHeader.get("x-user"));
          return { text };
        },
      },
      { interceptors: [change] },
    );
    const told: (string | null)[] = [];
    const { text } = await peer(protocol).unary(
      { text: "hi" },
      {
        onHeader: (header) => told.push(header.get("x-seen")),
        onTrailer: (trailer) => told.push(trailer.get("x-seen-last")),
      },
    );
    expect([text, ...told]).toEqual(["HI", "yes", "yes"]);
    expect(await readAll(peer(protocol).watch({ text: "ab" }))).toEqual(["A", "B"]);
    expect(users).toEqual(["ann"]);
  });

  test("that throws keeps the handler from running", async () => {
    const unary = jest.fn(echo.unary);
    const refuse: Interceptor = () => async () => {
      throw new ConnectError("not you", Code.PermissionDenied);
    };
    const { peer, logger } = await bench.serve({ ...echo, unary }, { interceptors: [refuse] });
    const refused = { code: Code.PermissionDenied, rawMessage: "not you" };
    expect(await failureOf(peer(protocol).unary({}))).toMatchObject(refused);
    expect(await failureOf(readAll(peer(protocol).watch({})))).toMatchObject(refused);
    expect(unary).not.toHaveBeenCalled();
    expect(logger.records).toEqual([]);
  });
});

test("questions and answers of a stream go through it one by one", async () => {
  const { peer } = await bench.serve(echo, { interceptors: [(next) => next] });
  expect(await readAll(peer().chat(notes("a", "b")))).toEqual(["re: a", "re: b"]);
});

test("what it hands to the handler as context values arrives there", async () => {
  const key = createContextKey("nobody");
  const name: Interceptor = (next) => (request) => {
    request.contextValues.set(key, "ann");
    return next(request);
  };
  const unary = (_: unknown, { values }: { values: { get(of: typeof key): string } }) => ({
    text: values.get(key),
  });
  const { peer } = await bench.serve({ unary }, { interceptors: [name] });
  expect((await peer().unary({})).text).toBe("ann");
});

test("it may answer without the handler", async () => {
  const cached: Interceptor =
    () =>
    async ({ service, method }) =>
      ({
        stream: false,
        service,
        method,
        header: new Headers({ "x-cached": "yes" }),
        trailer: new Headers(),
        message: create(NoteSchema, { text: "cached" }),
      }) as never;
  const unary = jest.fn(echo.unary);
  const { peer } = await bench.serve({ unary }, { interceptors: [cached] });
  let header: string | null = null;
  const { text } = await peer().unary(
    {},
    {
      onHeader: (given) => {
        header = given.get("x-cached");
      },
    },
  );
  expect([text, header]).toEqual(["cached", "yes"]);
  expect(unary).not.toHaveBeenCalled();
});

test("one that hangs is answered for at the deadline", async () => {
  const clock = new FakeClock();
  const began = gate();
  const hang: Interceptor = () => () => {
    began.open();
    return new Promise(() => {});
  };
  const { peer } = await bench.serve(echo, { clock, interceptors: [hang] });
  const failure = failureOf(peer().unary({}, { timeoutMs: 60_000 }));
  await began.opened;
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ code: Code.DeadlineExceeded });
});

test("one that returns no response fails the call, and the log names the method", async () => {
  const forget = (() => async () => undefined) as unknown as Interceptor;
  const { peer, logger } = await bench.serve(echo, { interceptors: [forget] });
  expect(await failureOf(peer().unary({}))).toMatchObject({ code: Code.Unknown });
  expect(logger.records).toMatchObject([
    {
      message: expect.stringMatching(/KindsService\/Unary.*get a response from its interceptors/s),
    },
  ]);
});

test("a caller that leaves a stream lets go of the handler behind it", async () => {
  const left = gate();
  const { peer } = await bench.serve(
    {
      async *watch() {
        try {
          for (;;) {
            yield { text: "on" };
            await new Promise(setImmediate);
          }
        } finally {
          left.open();
        }
      },
    },
    { interceptors: [(next) => next] },
  );
  const leave = new AbortController();
  const answers = peer().watch({}, { signal: leave.signal })[Symbol.asyncIterator]();
  await answers.next();
  leave.abort();
  await left.opened;
});

test("health answers without them", async () => {
  const refuse: Interceptor = () => async () => {
    throw new ConnectError("not you", Code.PermissionDenied);
  };
  const { url } = await bench.serve(echo, { interceptors: [refuse], reflection: true });
  const check = await fetch(`${url}/grpc.health.v1.Health/Check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(await check.json()).toEqual({ status: "SERVING" });
});

test.each([{ interceptors: {} }, { interceptors: ["log"] }, { interceptors: null }])(
  "$interceptors instead of a list of functions is refused",
  async ({ interceptors }) => {
    await expect(bench.serve(echo, { interceptors } as object)).rejects.toThrow(
      "interceptors must be a list of functions, got",
    );
  },
);
