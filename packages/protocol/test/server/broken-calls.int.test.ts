/** Callers that go away, in each state of a call. */
import { Code, type HandlerContext } from "@connectrpc/connect";
import { ErrorCode } from "@thrice/http2";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { envelope, openRawClient } from "./support/raw-client.js";
import { echo, happening, type Kinds, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(implementation: Kinds) {
  const served = closing(await openServed(implementation));
  const client = closing(await openRawClient(served.port));
  const stillServes = async () => {
    const other = closing(await openRawClient(served.port));
    expect(await other.start("Read").sendNotes(["x"], true).status()).toMatchObject({ code: 0 });
  };
  return { ...served, client, stillServes };
}

/** Handlers that note when they begin and how they end, and wait in between. */
function watched() {
  const [begun, ended] = [happening(), happening<unknown>()];
  const wait = async ({ signal }: HandlerContext) => {
    begun.happens();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw signal.reason;
  };
  const read = async (requests: AsyncIterable<Note>) => {
    try {
      for await (const _ of requests) begun.happens();
      ended.happens("end of requests");
    } catch (reason) {
      ended.happens(reason);
      throw reason;
    }
  };
  const implementation: Kinds = {
    read: echo.unary,
    unary: (_: Note, context: HandlerContext) =>
      wait(context).catch((reason) => {
        ended.happens(reason);
        throw reason;
      }),
    async *watch() {
      try {
        yield note("first");
        begun.happens();
        for (;;) yield note("x".repeat(10_000));
      } finally {
        ended.happens({ code: Code.Canceled });
      }
    },
    collect: (requests: AsyncIterable<Note>) => read(requests).then(() => note("")),
    async *chat(requests: AsyncIterable<Note>) {
      yield note("hello");
      await read(requests);
    },
  };
  return { begun: begun.happened, ended: ended.happened, implementation };
}

describe.each([{ way: "a reset" }, { way: "a lost connection" }])("after $way", ({ way }) => {
  test.each(["Unary", "Watch", "Collect", "Chat"])("a running %s is canceled", async (method) => {
    const { begun, ended, implementation } = watched();
    const { client, stillServes, clock } = await open(implementation);
    const oneRequest = method === "Unary" || method === "Watch";
    const call = client.start(method).sendNotes(["a"], oneRequest);
    await begun;
    const break_ = {
      "a reset": () => call.stream.reset(ErrorCode.CANCEL),
      "a lost connection": () => client.socket.resetAndDestroy(),
    };
    break_[way as keyof typeof break_]();
    expect(await ended).toMatchObject({ code: Code.Canceled });
    await stillServes();
    expect(clock.nowMs()).toBe(0);
  });

  test.each([
    { state: "before its content", sent: Buffer.alloc(0) },
    { state: "within a message", sent: envelope("hello").subarray(0, 8) },
    { state: "after its message, before its end", sent: envelope("hello") },
  ])("a call broken off $state never reaches its handler", async ({ sent }) => {
    const handled = jest.fn();
    const { client, stillServes } = await open({
      read: echo.unary,
      unary: async (message: Note) => {
        handled();
        return message;
      },
    });
    const call = client.start("Unary").send(sent);
    const alive = client.start("Read").sendNotes(["x"], true);
    await alive.ended;
    const break_ = {
      "a reset": () => call.stream.reset(ErrorCode.CANCEL),
      "a lost connection": () => client.socket.resetAndDestroy(),
    };
    break_[way as keyof typeof break_]();
    await call.ended;
    await stillServes();
    expect(handled).not.toHaveBeenCalled();
  });
});

test("what a handler answers after the caller has left goes nowhere", async () => {
  const [begun, release] = [happening(), happening()];
  const answered = happening();
  const { client, stillServes } = await open({
    read: echo.unary,
    unary: async (message: Note) => {
      begun.happens();
      await release.happened;
      setImmediate(answered.happens);
      return message;
    },
  });
  const call = client.start("Unary").sendNotes(["a"], true);
  await begun.happened;
  call.stream.reset(ErrorCode.CANCEL);
  await stillServes();
  release.happens();
  await answered.happened;
  await stillServes();
});

test("a reader that was dropped does not bring the process down", async () => {
  const begun = happening();
  const { client, stillServes } = await open({
    read: echo.unary,
    collect: async (requests: AsyncIterable<Note>) => {
      void requests[Symbol.asyncIterator]().next();
      begun.happens();
      return await new Promise<never>(() => {});
    },
  });
  const call = client.start("Collect");
  await begun.happened;
  call.stream.reset(ErrorCode.CANCEL);
  await stillServes();
});

describe("a handler that has heard enough", () => {
  test("answers a client stream, and asks the caller to stop", async () => {
    const { client, stillServes } = await open({
      read: echo.unary,
      collect: async () => note("enough"),
    });
    const call = client.start("Collect").sendNotes(["a"]);
    expect(await call.status()).toEqual({ code: 0, message: "" });
    expect(await call.ended).toEqual({ kind: "completed" });
    expect(call.texts()).toEqual(["enough"]);
    await stillServes();
  });

  test("ends a bidi stream, also when the caller goes on", async () => {
    const { client } = await open({
      read: echo.unary,
      async *chat(requests: AsyncIterable<Note>) {
        for await (const { text } of requests) {
          yield note(text);
          if (text === "last") return;
        }
      },
    });
    const call = client.start("Chat").sendNotes(["a", "last", "more", "more"]);
    expect(await call.status()).toEqual({ code: 0, message: "" });
    expect(call.texts()).toEqual(["a", "last"]);
  });
});

describe("a deadline", () => {
  test.each(["Unary", "Watch", "Collect", "Chat"])("ends a %s that watches it", async (method) => {
    const begun = happening();
    const hang = async (context: HandlerContext) => {
      expect(context.signal.aborted).toBe(false);
      begun.happens();
      return await new Promise<never>(() => {});
    };
    const hangMany = async function* (_: unknown, context: HandlerContext) {
      yield await hang(context);
    };
    const { client, clock } = await open({
      unary: (_, context) => hang(context),
      watch: hangMany,
      collect: (_, context) => hang(context),
      chat: hangMany,
    });
    const oneRequest = method === "Unary" || method === "Watch";
    const call = client.start(method, { "grpc-timeout": "100m" }).sendNotes(["a"], oneRequest);
    await begun.happened;
    await clock.advance(99);
    expect(call.stream.hasEnded).toBe(false);
    await clock.advance(1);
    expect(await call.status()).toEqual({
      code: Code.DeadlineExceeded,
      message: "the operation timed out",
    });
  });

  test("that has passed before the request was whole keeps the handler from running", async () => {
    const handled = jest.fn();
    const { client, clock } = await open({
      read: echo.unary,
      unary: async (message: Note) => {
        handled();
        return message;
      },
    });
    const call = client.start("Unary", { "grpc-timeout": "100m" });
    await client.start("Read").sendNotes(["x"], true).ended;
    await clock.advance(100);
    call.sendNotes(["late"], true);
    expect(await call.status()).toMatchObject({ code: Code.DeadlineExceeded });
    expect(handled).not.toHaveBeenCalled();
  });

  test("of nothing is refused", async () => {
    const { client } = await open(echo);
    const call = client.start("Unary", { "grpc-timeout": "0m" }).sendNotes(["late"], true);
    expect(await call.status()).toMatchObject({ code: Code.DeadlineExceeded });
  });

  test("leaves no timer behind once the call is over", async () => {
    const { client, clock } = await open({
      unary: async (message: Note, { signal }: HandlerContext) =>
        note(`${message.text} ${signal.aborted}`),
    });
    await client.start("Read").sendNotes(["x"], true).ended;
    const timers = clock.pendingTimers;
    const call = client.start("Unary", { "grpc-timeout": "1H" }).sendNotes(["a"], true);
    await call.ended;
    expect(call.texts()).toEqual(["a false"]);
    expect(clock.pendingTimers).toBe(timers);
  });
});
