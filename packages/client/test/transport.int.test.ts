/** Connect's own clients on our transport. */
import {
  createClient,
  createContextKey,
  createContextValues,
  type Interceptor,
} from "@connectrpc/connect";
import {
  type ClientOptions,
  Code,
  ConnectError,
  callOptionsKey,
  createThriceTransport,
} from "@thrice/client";
import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

function connect(options: ClientOptions) {
  const clock = new FakeClock();
  const logger = memoryLogger();
  const transport = createThriceTransport({ clock, logger, random: () => 0, ...options });
  bench.closeLater(() => transport.close());
  return { kinds: createClient(KindsService, transport), transport, clock };
}

describe("createThriceTransport", () => {
  test("carries all four kinds of RPC", async () => {
    const { url } = await bench.serve();
    const { kinds } = connect({ url });
    expect((await kinds.unary({ text: "one" })).text).toBe("one");
    expect(await readAll(kinds.watch({ text: "w" }))).toEqual(["w 1", "w 2"]);
    expect((await kinds.collect(notes("a", "b"))).text).toBe("a,b");
    expect(await readAll(kinds.chat(notes("a", "b")))).toEqual(["a", "b"]);
  });

  test("fails with ConnectErrors that Connect recognises", async () => {
    const { url } = await bench.serve({
      unary: failing(() => new ConnectError("gone", Code.NotFound)),
    });
    const error = await failureOf(connect({ url }).kinds.unary({}));
    expect(error).toBeInstanceOf(ConnectError);
    expect(ConnectError.from(error).code).toBe(Code.NotFound);
  });

  test("retries as the client's options say, and as a call's options say", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no")) });
    const { kinds } = connect({ url: server.url, retries: 1 });
    await failureOf(kinds.unary({}));
    expect(server.attempts()).toBe(2);
    const contextValues = createContextValues().set(callOptionsKey, { retries: 0 });
    await failureOf(kinds.unary({}, { contextValues }));
    expect(server.attempts()).toBe(3);
  });

  test("sends Connect's headers, and onHeader and onTrailer hear the answer's", async () => {
    const server = await bench.serve({
      unary(_, context) {
        context.responseHeader.set("greeting", "hello");
        context.responseTrailer.set("farewell", "bye");
        return {};
      },
    });
    const { kinds } = connect({ url: server.url, attachments: { a: "client", b: "client" } });
    const heard: (string | null)[] = [];
    await kinds.unary(
      {},
      {
        headers: { b: "call" },
        onHeader: (header) => heard.push(header.get("greeting")),
        onTrailer: (trailer) => heard.push(trailer.get("farewell")),
      },
    );
    expect(heard).toEqual(["hello", "bye"]);
    const header = server.requests[0]?.header;
    expect([header?.get("a"), header?.get("b")]).toEqual(["client", "call"]);
  });

  test("takes Connect's timeoutMs for the whole call", async () => {
    const server = await bench.serve({ unary: silence });
    const { kinds, clock } = connect({ url: server.url, retries: 3, attemptTimeoutMs: 100 });
    const failure = failureOf(kinds.unary({}, { timeoutMs: 150 }));
    await server.arrival(1);
    await clock.advance(100);
    await server.arrival(2);
    await clock.advance(50);
    expect(await failure).toMatchObject({
      code: Code.DeadlineExceeded,
      message: expect.stringContaining("2 attempts"),
    });
  });

  test.each([{ timeoutMs: 0 }, { timeoutMs: -1 }])(
    "takes Connect's timeoutMs $timeoutMs for no bound",
    async ({ timeoutMs }) => {
      const server = await bench.serve();
      const { kinds } = connect({ url: server.url, timeoutMs: 60_000, attemptTimeoutMs: 0 });
      await kinds.unary({}, { timeoutMs });
      expect(server.requests[0]?.header.has("grpc-timeout")).toBe(false);
    },
  );

  test("ends a call by Connect's signal", async () => {
    const server = await bench.serve({ unary: silence });
    const { kinds } = connect({ url: server.url });
    const cancel = new AbortController();
    const failure = failureOf(kinds.unary({}, { signal: cancel.signal }));
    await server.arrival(1);
    cancel.abort();
    expect(await failure).toMatchObject({ code: Code.Canceled });
  });
});

describe("interceptors", () => {
  /** Notes who sees a call when. */
  function noting(name: string, into: string[]): Interceptor {
    return (next) => async (request) => {
      into.push(`${name} asks`);
      request.header.append("via", name);
      const answer = await next(request);
      into.push(`${name} hears`);
      return answer;
    };
  }

  test("see the request first to last and the answer last to first, once per call", async () => {
    const heard: string[] = [];
    const server = await bench.serve({ unary: failing(() => new Error("no"), 2) });
    const { stub } = bench.client({
      url: server.url,
      retries: 2,
      interceptors: [noting("outer", heard), noting("inner", heard)],
    });
    await stub.unary({});
    expect(heard).toEqual(["outer asks", "inner asks", "inner hears", "outer hears"]);
    const via = server.requests.map(({ header }) => header.get("via"));
    expect(via).toEqual(["outer, inner", "outer, inner", "outer, inner"]);
  });

  test("see streams as well, and may change their messages", async () => {
    const server = await bench.serve();
    const shout: Interceptor = (next) => async (request) => {
      const answer = await next(request);
      if (!answer.stream) return answer;
      const messages = answer.message;
      async function* louder() {
        for await (const message of messages)
          yield { ...message, text: `${(message as unknown as { text: string }).text}!` };
      }
      return { ...answer, message: louder() };
    };
    const { stub } = bench.client({ url: server.url, interceptors: [shout] });
    expect(await readAll(stub.watch({ text: "hey" }))).toEqual(["hey 1!", "hey 2!"]);
  });

  test("may answer in place of the server", async () => {
    const server = await bench.serve();
    const cache: Interceptor = () => async (request) =>
      ({
        stream: false,
        service: request.service,
        method: request.method,
        header: new Headers(),
        trailer: new Headers(),
        message: { $typeName: "kinds.Note", text: "cached" },
      }) as never;
    const { stub } = bench.client({ url: server.url, interceptors: [cache] });
    expect((await stub.unary({})).text).toBe("cached");
    expect(server.attempts()).toBe(0);
  });

  test("see the error of the call, and may mend it", async () => {
    const server = await bench.serve({
      unary: failing(() => new ConnectError("gone", Code.NotFound)),
    });
    const seen: Code[] = [];
    const translate: Interceptor = (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        seen.push(ConnectError.from(error).code);
        throw new ConnectError("translated", Code.Unavailable);
      }
    };
    const { stub } = bench.client({ url: server.url, interceptors: [translate] });
    expect(await failureOf(stub.unary({}))).toMatchObject({ rawMessage: "translated" });
    expect(seen).toEqual([Code.NotFound]);
  });

  test("find the context values of the call, and where it goes", async () => {
    const server = await bench.serve();
    const key = createContextKey("nobody");
    const seen: string[] = [];
    const look: Interceptor = (next) => (request) => {
      seen.push(request.contextValues.get(key), request.method.name, request.url);
      return next(request);
    };
    const { stub } = bench.client({ url: server.url, interceptors: [look] });
    await stub.unary({}, { contextValues: createContextValues().set(key, "me") });
    expect(seen).toEqual(["me", "Unary", `http://${server.id}/kinds.KindsService/Unary`]);
  });
});

describe("what Connect's options cannot say", () => {
  test.each([Number.POSITIVE_INFINITY, 2 ** 31])("timeoutMs %d is no bound", async (timeoutMs) => {
    const server = await bench.serve();
    const client = createClient(KindsService, createThriceTransport({ url: server.url }));
    await client.unary({ text: "a" }, { timeoutMs });
    expect(server.requests[0]?.header.get("grpc-timeout")).toBe("3000m");
  });

  test("a header that the protocol owns fails the call as invalid_argument", async () => {
    const client = createClient(KindsService, createThriceTransport({ url: "127.0.0.1:1" }));
    const failure = await failureOf(client.unary({}, { headers: { "grpc-timeout": "1S" } }));
    expect(failure).toBeInstanceOf(ConnectError);
    expect(failure).toMatchObject({ code: Code.InvalidArgument });
  });
});
