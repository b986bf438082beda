/** How handlers are called, in every protocol. */
import http2 from "node:http2";
import { currentInboundCall } from "@thrice/core";
import { Code, ConnectError, type HandlerContext } from "@thrice/server";
import type { Note } from "./gen/kinds/kinds_pb.js";
import type { KindsServiceHandler } from "./gen/kinds/kinds_thrice.js";
import { Bench, failureOf, gate, protocols, readAll } from "./support/bench.js";
import { request } from "./support/request.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Resolves with the reason when the caller stops waiting. */
function ended({ signal }: HandlerContext): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}

/** Keeps its state in a private field, as classes do. */
class Greeter implements Partial<KindsServiceHandler> {
  readonly #word: string;

  constructor(word: string) {
    this.#word = word;
  }

  unary({ text }: Note) {
    return { text: `${this.#word} ${text}` };
  }

  async *watch({ text }: Note) {
    yield { text: `${this.#word} ${text}` };
    yield { text: this.#word };
  }
}

describe("a handler", () => {
  test.each(protocols)("that is a class answers over %s", async (protocol) => {
    const { peer } = await bench.serve(new Greeter("hello"));
    expect((await peer(protocol).unary({ text: "you" })).text).toBe("hello you");
    expect(await readAll(peer(protocol).watch({ text: "you" }))).toEqual(["hello you", "hello"]);
  });

  test("that lacks a method answers unimplemented, and names it", async () => {
    const { peer, logger } = await bench.serve({});
    for (const call of [() => peer().unary({}), () => readAll(peer().watch({}))]) {
      expect(await failureOf(call())).toMatchObject({
        code: Code.Unimplemented,
        rawMessage: expect.stringMatching(/kinds\.KindsService\.(Unary|Watch) is not implemented/),
      });
    }
    expect(logger.records).toEqual([]);
  });

  test("runs inside the context of its call, at every step of a generator", async () => {
    const seen: boolean[] = [];
    const look = () => seen.push((currentInboundCall()?.remainingMs() ?? 0) > 0);
    const { peer } = await bench.serve({
      async unary() {
        look();
        await Promise.resolve();
        look();
        return {};
      },
      async *watch() {
        try {
          look();
          yield {};
          look();
          yield {};
        } finally {
          look();
        }
      },
    });
    await peer().unary({}, { timeoutMs: 60_000 });
    await readAll(peer().watch({}, { timeoutMs: 60_000 }));
    expect(seen).toEqual([true, true, true, true, true]);
    expect(currentInboundCall()).toBeUndefined();
  });

  test("knows of no bound when the caller names none", async () => {
    const seen: (number | undefined)[] = [];
    const { peer } = await bench.serve({
      unary() {
        seen.push(currentInboundCall()?.remainingMs());
        return {};
      },
    });
    await peer().unary({});
    expect(seen).toEqual([undefined]);
  });

  test.each([
    { title: "unary", path: "Unary" },
    { title: "a watch", path: "Watch" },
  ])("is not called for $title whose deadline has passed", async ({ path }) => {
    let calls = 0;
    const { url } = await bench.serve({
      unary: () => ({ text: `${++calls}` }),
      async *watch() {
        yield { text: `${++calls}` };
      },
    });
    const status = await statusOf(url, path, { "grpc-timeout": "0m" });
    expect([status, calls]).toEqual([String(Code.DeadlineExceeded), 0]);
  });

  test("is told when its caller cancels", async () => {
    const began = gate();
    const over = gate<unknown>();
    const { peer, logger } = await bench.serve({
      async unary(_, context) {
        began.open();
        over.open(await ended(context));
        throw context.signal.reason;
      },
    });
    const cancel = new AbortController();
    const failure = failureOf(peer().unary({}, { signal: cancel.signal }));
    await began.opened;
    cancel.abort();
    expect(await failure).toMatchObject({ code: Code.Canceled });
    expect(await over.opened).toBeInstanceOf(ConnectError);
    expect(logger.records).toEqual([]);
  });

  test("is told when its caller's connection breaks", async () => {
    const began = gate();
    const over = gate<unknown>();
    const { url } = await bench.serve({
      async unary(_, context) {
        began.open();
        over.open(await ended(context));
        return {};
      },
    });
    const session = http2.connect(url).on("error", () => {});
    request(session, "Unary");
    await began.opened;
    session.destroy();
    expect(await over.opened).toMatchObject({ code: Code.Canceled });
  });

  test("is left when its caller leaves a stream that has no end", async () => {
    const left = gate();
    const { peer, logger } = await bench.serve({
      async *watch({ text }) {
        try {
          for (;;) yield { text };
        } finally {
          left.open();
        }
      },
    });
    const cancel = new AbortController();
    const answers = peer().watch({ text: "x".repeat(10_000) }, { signal: cancel.signal });
    await answers[Symbol.asyncIterator]().next();
    cancel.abort();
    await left.opened;
    expect(logger.records).toEqual([]);
  });

  test("may answer a stream with an iterator that cannot be left", async () => {
    const answers = [{ text: "a" }, { text: "b" }];
    const { peer } = await bench.serve({
      watch: () => ({
        [Symbol.asyncIterator]: () => {
          const rest = answers.values();
          return { next: async () => rest.next() };
        },
      }),
    });
    expect(await readAll(peer().watch({}))).toEqual(["a", "b"]);
    const cancel = new AbortController();
    const stream = peer().watch({}, { signal: cancel.signal })[Symbol.asyncIterator]();
    await stream.next();
    cancel.abort();
  });

  test("that fails because its caller is gone leaves no line in the log", async () => {
    const began = gate();
    const failed = gate();
    const { peer, logger } = await bench.serve({
      async unary(_, context) {
        began.open();
        await ended(context);
        setImmediate(failed.open);
        throw new DOMException("stopped", "AbortError");
      },
    });
    const cancel = new AbortController();
    const failure = failureOf(peer().unary({}, { signal: cancel.signal }));
    await began.opened;
    cancel.abort();
    await Promise.all([failure, failed.opened]);
    expect(logger.records).toEqual([]);
  });
});

/** The gRPC status that the server answers, in a trailer or in place of an answer. */
async function statusOf(url: string, path: string, header: object): Promise<unknown> {
  const session = http2.connect(url);
  bench.closeLater(() => session.destroy());
  const stream = request(session, path, header);
  return new Promise((resolve) => {
    let status: unknown;
    const look = (headers: http2.IncomingHttpHeaders) => {
      status = headers["grpc-status"] ?? status;
    };
    stream.on("response", look).on("trailers", look);
    stream.once("close", () => resolve(status));
  });
}
