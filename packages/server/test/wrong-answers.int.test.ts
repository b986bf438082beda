/** Handlers that answer what they must not, or throw: an error that is logged and named, never a crash. */
import { Code, ConnectError } from "@thrice/server";
import { Bench, failureOf, protocols, readAll } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

async function* notes(...texts: string[]) {
  for (const text of texts) yield { text };
}

describe("a handler that answers", () => {
  test.each([
    { title: "undefined", answer: undefined },
    { title: "null", answer: null },
    { title: "a text", answer: "hello" },
    { title: "a number", answer: 5 },
    { title: "a function", answer: () => ({}) },
  ])("$title for a message is unknown to the caller, and named in the log", async ({ answer }) => {
    const { peer, logger } = await bench.serve({
      unary: () => answer as never,
      collect: async () => answer as never,
    });
    const calls = [() => peer().unary({}), () => peer().collect(notes("a"))];
    for (const call of calls) {
      expect(await failureOf(call())).toMatchObject({
        code: Code.Unknown,
        rawMessage: "the handler failed",
      });
    }
    expect(logger.records.map(({ message }) => message)).toEqual([
      expect.stringContaining("handler of kinds.KindsService/Unary must return a message, got"),
      expect.stringContaining("handler of kinds.KindsService/Collect must return a message, got"),
    ]);
  });

  test.each([
    { title: "undefined", answer: undefined },
    { title: "a list", answer: [{ text: "a" }] },
    { title: "a promise", answer: Promise.resolve([]) },
    { title: "a message", answer: { text: "a" } },
  ])("$title for a stream is unknown to the caller, and named in the log", async ({ answer }) => {
    const { peer, logger } = await bench.serve({ watch: () => answer as never });
    expect(await failureOf(readAll(peer().watch({})))).toMatchObject({ code: Code.Unknown });
    expect(logger.records).toMatchObject([
      {
        level: "error",
        message: expect.stringContaining("Watch must return an async iterable, got"),
      },
    ]);
  });

  test("an iterator that throws at once is unknown to the caller, and named in the log", async () => {
    const next = () => {
      throw new Error("out of paper");
    };
    const { peer, logger } = await bench.serve({
      watch: () => ({ [Symbol.asyncIterator]: () => ({ next }) }),
    });
    const reading = readAll(peer().watch({}, { timeoutMs: 60_000 }));
    expect(await failureOf(reading)).toMatchObject({ code: Code.Unknown });
    expect(await failureOf(readAll(peer().watch({})))).toMatchObject({ code: Code.Unknown });
    expect(logger.records).toHaveLength(2);
  });

  test("an iterator that does without promises is read", async () => {
    const rest = [{ text: "a" }, { text: "b" }].values();
    const next = () => rest.next() as never;
    const { peer } = await bench.serve({
      watch: () => ({ [Symbol.asyncIterator]: () => ({ next }) }),
    });
    expect(await readAll(peer().watch({}))).toEqual(["a", "b"]);
  });

  test.each([
    { title: "null", item: null },
    { title: "a text", item: "hello" },
  ])("$title as one message of a stream is unknown, and named in the log", async ({ item }) => {
    const { peer, logger } = await bench.serve({
      async *watch() {
        yield { text: "fine" };
        yield item as never;
      },
    });
    expect(await failureOf(readAll(peer().watch({})))).toMatchObject({ code: Code.Unknown });
    expect(logger.records).toMatchObject([
      { level: "error", message: expect.stringContaining("Watch must yield messages, got") },
    ]);
  });

  test.each(protocols)(
    "what cannot be serialised over %s is unknown, and told to the log",
    async (protocol) => {
      const { peer, logger } = await bench.serve({
        unary: ({ text }) => ({ text: text === "wrong" ? unsendable() : text }),
        async *watch() {
          yield { text: "fine" };
          yield { text: unsendable() };
        },
      });
      const { unary, watch } = peer(protocol);
      for (const call of [() => unary({ text: "wrong" }), () => readAll(watch({}))]) {
        expect(await failureOf(call())).toMatchObject({
          code: Code.Unknown,
          rawMessage: "the handler failed",
        });
      }
      expect(logger.records).toMatchObject([
        {
          level: "error",
          message: expect.stringMatching(/KindsService\/Unary.*kinds\.Note\.text/),
        },
        {
          level: "error",
          message: expect.stringMatching(/KindsService\/Watch.*kinds\.Note\.text/),
        },
      ]);
      expect((await unary({ text: "right" })).text).toBe("right");
    },
  );

  test.each(protocols)(
    "a message that cannot be made over %s is unknown, and told to the log",
    async (protocol) => {
      const broken = {
        get text(): string {
          throw new Error("secret");
        },
      };
      const { peer, logger } = await bench.serve({ unary: () => broken });
      expect(await failureOf(peer(protocol).unary({}))).toMatchObject({
        code: Code.Unknown,
        rawMessage: "the handler failed",
      });
      expect(logger.records).toMatchObject([
        { level: "error", message: expect.stringContaining("secret") },
      ]);
    },
  );
});

/** No text, and its description fails. */
function unsendable(): never {
  return {
    toString() {
      throw new Error("secret");
    },
  } as never;
}

describe("a handler that throws", () => {
  test.each(protocols)("a ConnectError tells all of it over %s", async (protocol) => {
    const { peer, logger } = await bench.serve({
      unary() {
        throw new ConnectError("not so", Code.OutOfRange, { hint: "h" });
      },
    });
    const error = (await failureOf(peer(protocol).unary({}))) as ConnectError;
    expect([error.code, error.rawMessage, error.metadata.get("hint")]).toEqual([
      Code.OutOfRange,
      "not so",
      "h",
    ]);
    expect(logger.records).toEqual([]);
  });

  test.each(protocols)("a ConnectError amid a stream keeps its text over %s", async (protocol) => {
    const { peer, logger } = await bench.serve({
      async *watch() {
        yield { text: "fine" };
        throw new ConnectError("serialize binary: mine", Code.Internal, {}, [], new Error("why"));
      },
    });
    expect(await failureOf(readAll(peer(protocol).watch({})))).toMatchObject({
      code: Code.Internal,
      rawMessage: "serialize binary: mine",
    });
    expect(logger.records).toEqual([]);
  });

  test.each(protocols)("a plain error tells nothing over %s", async (protocol) => {
    const { peer, logger } = await bench.serve({
      unary() {
        throw new Error("secret");
      },
    });
    expect(await failureOf(peer(protocol).unary({}))).toMatchObject({
      code: Code.Unknown,
      rawMessage: "the handler failed",
    });
    expect(logger.records).toMatchObject([
      { level: "error", message: expect.stringContaining("secret") },
    ]);
  });

  test("a plain error tells its text if its service says so, whatever the server says", async () => {
    const fail = {
      unary() {
        throw new Error("told");
      },
    };
    const open = await bench.serve(fail, { exposeErrors: false }, { exposeErrors: true });
    const shut = await bench.serve(fail, { exposeErrors: true }, { exposeErrors: false });
    expect(await failureOf(open.peer().unary({}))).toMatchObject({ rawMessage: "told" });
    expect(await failureOf(shut.peer().unary({}))).toMatchObject({
      rawMessage: "the handler failed",
    });
  });
});

describe("maxReceiveBytes", () => {
  const small = { text: "x".repeat(50) };
  const large = { text: "x".repeat(200) };

  test.each([
    { title: "of the server", server: { maxReceiveBytes: 100 }, service: {} },
    { title: "of the service", server: {}, service: { maxReceiveBytes: 100 } },
    {
      title: "of the service over the server's",
      server: { maxReceiveBytes: 1_000 },
      service: { maxReceiveBytes: 100 },
    },
  ])("$title refuses a larger message before the handler runs", async ({ server, service }) => {
    let calls = 0;
    const { peer } = await bench.serve({ unary: () => ({ text: `${++calls}` }) }, server, service);
    expect(await failureOf(peer().unary(large))).toMatchObject({ code: Code.ResourceExhausted });
    expect((await peer().unary(small)).text).toBe("1");
  });

  test("unset takes 3 MiB and refuses 5 MiB", async () => {
    const { peer } = await bench.serve({ unary: () => ({ text: "taken" }) });
    const megabytes = (count: number) => ({ text: "x".repeat(count * 1024 * 1024) });
    expect((await peer().unary(megabytes(3))).text).toBe("taken");
    expect(await failureOf(peer().unary(megabytes(5)))).toMatchObject({
      code: Code.ResourceExhausted,
    });
  });
});
