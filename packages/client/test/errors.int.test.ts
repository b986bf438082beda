/** What a caller sees of a handler that fails, and what the server's log sees. */

import { create } from "@bufbuild/protobuf";
import { attemptsOf, Code, ConnectError } from "@thrice/client";
import { memoryLogger } from "@thrice/core/testing";
import { NoteSchema } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

function cyclic(): Error {
  const error = new Error("round");
  error.cause = error;
  return error;
}

function unreadable(): Error {
  return Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("no message for you");
    },
  });
}

describe("a ConnectError from the handler", () => {
  test("arrives with code, message, details and metadata", async () => {
    const thrown = new ConnectError("schön ist anders %", Code.FailedPrecondition, { hint: "h" }, [
      { desc: NoteSchema, value: { text: "detail" } },
    ]);
    const server = await bench.serve({ unary: failing(() => thrown) });
    const error = await failureOf(bench.client({ url: server.url }).stub.unary({}));
    expect(error).toBeInstanceOf(ConnectError);
    const { code, rawMessage, metadata } = error as ConnectError;
    expect([code, rawMessage, metadata.get("hint")]).toEqual([
      Code.FailedPrecondition,
      "schön ist anders %",
      "h",
    ]);
    expect((error as ConnectError).findDetails(NoteSchema)).toEqual([
      create(NoteSchema, { text: "detail" }),
    ]);
    expect(server.logger.records).toEqual([]);
  });

  test("breaks a stream with its code after the messages before it", async () => {
    const server = await bench.serve({
      async *watch() {
        yield { text: "before" };
        throw new ConnectError("enough", Code.OutOfRange);
      },
    });
    const stream = bench.client({ url: server.url }).stub.watch({})[Symbol.asyncIterator]();
    expect(await stream.next()).toMatchObject({ value: { text: "before" } });
    expect(await failureOf(stream.next())).toMatchObject({
      code: Code.OutOfRange,
      rawMessage: "enough",
    });
  });
});

describe("anything else that a handler throws", () => {
  test.each([
    { title: "a plain error", thrown: new Error("secret"), log: "secret" },
    { title: "a string", thrown: "secret", log: "secret" },
    { title: "undefined", thrown: undefined, log: "undefined" },
    { title: "null", thrown: null, log: "null" },
    { title: "a symbol", thrown: Symbol("secret"), log: "secret" },
    { title: "an error that causes itself", thrown: cyclic(), log: "round" },
    { title: "an error that cannot be read", thrown: unreadable(), log: "" },
    { title: "an object without a prototype", thrown: Object.create(null), log: "" },
  ])("$title is unknown to the caller, logged, and the server goes on", async ({ thrown, log }) => {
    const server = await bench.serve({ unary: failing(() => thrown, 1) });
    const { stub } = bench.client({ url: server.url });
    expect(await failureOf(stub.unary({}))).toMatchObject({
      code: Code.Unknown,
      rawMessage: "the handler failed",
    });
    expect(server.logger.records).toEqual([
      { level: "error", message: expect.stringContaining("kinds.KindsService/Unary") },
    ]);
    expect(server.logger.records[0]?.message).toContain(log);
    expect((await stub.unary({ text: "again" })).text).toBe("again");
  });

  test.each([
    { title: "a plain error", thrown: new Error("told"), text: "told" },
    { title: "a string", thrown: "told", text: "told" },
    { title: "undefined", thrown: undefined, text: "undefined" },
    { title: "an error that causes itself", thrown: cyclic(), text: "round" },
    { title: "an error that cannot be read", thrown: unreadable(), text: "cannot be read" },
  ])("$title is told with exposeErrors", async ({ thrown, text }) => {
    const server = await bench.serve({ unary: failing(() => thrown) }, { exposeErrors: true });
    const error = await failureOf(bench.client({ url: server.url }).stub.unary({}));
    expect(error).toMatchObject({
      code: Code.Unknown,
      rawMessage: expect.stringContaining(text),
    });
    expect(server.logger.records.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  test.each([
    { title: "watch", call: "watch" as const },
    { title: "collect", call: "collect" as const },
    { title: "chat", call: "chat" as const },
  ])("is hidden in a $title as well", async ({ call }) => {
    const server = await bench.serve({
      async *watch() {
        yield* notes("a");
        throw new Error("secret");
      },
      collect: () => Promise.reject(new Error("secret")),
      async *chat() {
        yield* notes("a");
        throw new Error("secret");
      },
    });
    const { stub } = bench.client({ url: server.url });
    const calls = {
      watch: () => readAll(stub.watch({})),
      collect: () => stub.collect(notes()),
      chat: () => readAll(stub.chat(notes())),
    };
    expect(await failureOf(calls[call]())).toMatchObject({
      code: Code.Unknown,
      rawMessage: "the handler failed",
    });
    expect(server.logger.records).toMatchObject([{ level: "error" }]);
  });
});

describe("a request that cannot be sent", () => {
  test("fails the call once, whatever retries says", async () => {
    const server = await bench.serve();
    const { stub, logger } = bench.client({ url: server.url, retries: 3 });
    const unsendable = {
      toString() {
        throw new Error("no text");
      },
    };
    const error = await failureOf(stub.unary({ text: unsendable as never }));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ message: expect.stringContaining("no text") });
    expect([server.attempts(), logger.records]).toEqual([0, []]);
  });

  test.each([{ call: "collect" as const }, { call: "chat" as const }])(
    "as it is no stream makes $call throw at once",
    ({ call }) => {
      const { stub } = bench.client({ url: "h:1" });
      const expected = /requests of kinds.KindsService\/\w+ must be an async iterable, got/;
      expect(() => stub[call](5 as never)).toThrow(expected);
      expect(() => stub[call](undefined as never)).toThrow(expected);
    },
  );

  test("or answered within maxReceiveBytes is not asked for again", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url, retries: 3, maxReceiveBytes: 100 });
    expect(await failureOf(stub.unary({ text: "x".repeat(200) }))).toMatchObject({
      code: Code.ResourceExhausted,
    });
    expect(server.attempts()).toBe(1);
    expect((await stub.unary({ text: "small" })).text).toBe("small");
  });
});

test("a stream that breaks while it is read tells its attempts", async () => {
  const server = await bench.serve({
    async *watch() {
      yield { text: "first" };
      throw new ConnectError("gone", Code.DataLoss);
    },
  });
  const { stub } = bench.client({ url: server.url });
  const error = await failureOf(readAll(stub.watch({})));
  expect(error).toMatchObject({ code: Code.DataLoss });
  expect(attemptsOf(error)).toMatchObject([
    { endpoint: server.id, outcome: "answered", code: "ok" },
  ]);
});

test("a logger that throws does not take the place of the call's error", async () => {
  const broken = memoryLogger();
  broken.warnf = () => {
    throw new Error("disk full");
  };
  const { stub } = bench.client({ url: "127.0.0.1:1", logger: broken });
  expect(await failureOf(stub.unary({}))).toMatchObject({ code: Code.Unavailable });
});

test.each([
  { title: "long", text: "x".repeat(70_000) },
  { title: "long once it is encoded", text: "é".repeat(12_000) },
])("an error whose text is $title keeps its code, and harms no other call", async ({ text }) => {
  const server = await bench.serve({
    unary: failing(() => new ConnectError(text, Code.NotFound), 1),
  });
  const { stub } = bench.client({ url: server.url, retries: 0 });
  expect(await failureOf(stub.unary({}))).toMatchObject({ code: Code.NotFound });
  expect((await stub.unary({ text: "on" })).text).toBe("on");
});
