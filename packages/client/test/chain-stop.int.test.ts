/** Hops that retry do not multiply each other's attempts. */
import { attemptsOf, Code, ConnectError } from "@thrice/client";
import type { ServerOptions } from "@thrice/server";
import { Bench } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";
import { failing, type Script } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

const down = () => failing(() => new ConnectError("down", Code.Unavailable));
const never: ServerOptions = { stopRetryChains: false };
/** Budgets of their own would hide what is counted here. */
const unbounded = { retryBudget: false, throttle: false } as const;

/** A server whose handlers call the server at `url`, with `retries` of their own. */
function hop(url: string, retries: number, options?: ServerOptions) {
  const { stub } = bench.client({ url, retries, ...unbounded });
  const script: Script = {
    unary: ({ text }) => stub.unary({ text }),
    async *watch({ text }) {
      yield* stub.watch({ text });
    },
  };
  return bench.serve(script, options);
}

/** caller → two servers → bottom, where the caller and both servers make `1 + retries` attempts. */
async function chain(retries: number, options?: ServerOptions) {
  const bottom = await bench.serve({
    unary: down(),
    async *watch({ text }) {
      yield down()({ text } as never);
    },
  });
  const second = await hop(bottom.url, retries, options);
  const first = await hop(second.url, retries, options);
  const { stub } = bench.client({ url: first.url, retries, ...unbounded });
  return { stub, bottom, second, first };
}

describe("three hops that make three attempts each", () => {
  test("make three at the bottom, and one above", async () => {
    const { stub, bottom, second, first } = await chain(2);
    const error = await failureOf(stub.unary({ text: "hi" }));
    expect(error).toMatchObject({ code: Code.Unavailable, rawMessage: "down" });
    expect([first, second, bottom].map((server) => server.attempts())).toEqual([1, 1, 3]);
    expect(attemptsOf(error)).toHaveLength(1);
  });

  test("do so for streams too", async () => {
    const { stub, bottom } = await chain(2);
    await failureOf(readAll(stub.watch({ text: "hi" })));
    expect(bottom.attempts()).toBe(3);
  });

  test("make 27 when their servers are told not to say stop", async () => {
    const { stub, bottom } = await chain(2, never);
    await failureOf(stub.unary({ text: "hi" }));
    expect(bottom.attempts()).toBe(27);
  });
});

describe("a handler", () => {
  test("that answers although its own call failed says nothing", async () => {
    const bottom = await bench.serve({ unary: down() });
    const { stub: inner } = bench.client({ url: bottom.url, retries: 2 });
    const front = await bench.serve({
      unary: ({ text }) => inner.unary({ text }).catch(() => ({ text: "instead" })),
    });
    let trailer: Headers | undefined;
    const { stub } = bench.client({ url: front.url });
    const onTrailer = (seen: Headers) => {
      trailer = seen;
    };
    expect((await stub.unary({ text: "hi" }, { onTrailer })).text).toBe("instead");
    expect(trailer?.has("grpc-retry-pushback-ms")).toBe(false);
  });

  test.each([
    { title: "whose own call was not worth a retry", code: Code.NotFound, retries: 2 },
    { title: "whose own call may not be retried", code: Code.Unavailable, retries: 0 },
  ])("$title is tried again", async ({ code, retries }) => {
    const bottom = await bench.serve({ unary: failing(() => new ConnectError("x", code)) });
    const { stub: inner } = bench.client({ url: bottom.url, retries });
    const front = await bench.serve({
      unary: ({ text }) =>
        inner.unary({ text }).catch(() => {
          throw new Error("failed below");
        }),
    });
    const { stub } = bench.client({ url: front.url, retries: 2 });
    await failureOf(stub.unary({ text: "hi" }));
    expect(front.attempts()).toBe(3);
  });

  test("whose own call was cut short by its budget is not tried again", async () => {
    const bottom = await bench.serve({ unary: down() });
    const front = await (async () => {
      const { stub } = bench.client({ url: bottom.url, retries: 2, retryBudget: { maxTokens: 0 } });
      return bench.serve({ unary: ({ text }) => stub.unary({ text }) });
    })();
    const { stub } = bench.client({ url: front.url, retries: 2 });
    await failureOf(stub.unary({ text: "hi" }));
    expect([front.attempts(), bottom.attempts()]).toEqual([1, 1]);
  });

  test("that sets a pushback itself is left to it", async () => {
    const bottom = await bench.serve({ unary: down() });
    const { stub: inner } = bench.client({ url: bottom.url, retries: 1 });
    const front = await bench.serve({
      unary: ({ text }) =>
        inner.unary({ text }).catch(() => {
          const own = { "grpc-retry-pushback-ms": "0" };
          throw new ConnectError("again", Code.Unavailable, own);
        }),
    });
    const { stub } = bench.client({ url: front.url, retries: 2 });
    await failureOf(stub.unary({ text: "hi" }));
    expect(front.attempts()).toBe(3);
  });
});
