/** All four kinds of RPC: results, order, leaving early, cancelling, sources that fail. */
import { once } from "node:events";
import { Code, ConnectError } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import type { ServedKinds } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** A handler that answers `count` times and then waits for the end of the call. */
function endless(count: number) {
  return async function* (_request: unknown, { signal }: { signal: AbortSignal }) {
    for (let number = 1; number <= count; number++) yield { text: `${number}` };
    await once(signal, "abort");
  };
}

/** Waits until the caller has let go of the attempt that came as number `count`. */
async function abortOf(server: ServedKinds, count = 1): Promise<void> {
  const { signal } = (await server.arrival(count)).context;
  if (!signal.aborted) await once(signal, "abort");
}

describe("the four kinds", () => {
  test("answer with what the handler made, in order", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url });
    const many = Array.from({ length: 500 }, (_, index) => `${index}`);
    expect((await stub.unary({ text: "one" })).text).toBe("one");
    expect(await readAll(stub.watch({ text: "w" }))).toEqual(["w 1", "w 2"]);
    expect((await stub.collect(notes("a", "b", "c"))).text).toBe("a,b,c");
    expect(await readAll(stub.chat(notes(...many)))).toEqual(many);
  });

  test("work with streams that hold nothing", async () => {
    const server = await bench.serve({ async *watch() {} });
    const { stub } = bench.client({ url: server.url });
    expect(await readAll(stub.watch({}))).toEqual([]);
    expect((await stub.collect(notes())).text).toBe("");
    expect(await readAll(stub.chat(notes()))).toEqual([]);
  });

  test("let a chat answer each message before the next is sent", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url });
    let answered: (() => void) | undefined;
    async function* politely() {
      for (const text of ["a", "b", "c"]) {
        const answer = new Promise<void>((resolve) => {
          answered = resolve;
        });
        yield { text };
        await answer;
      }
    }
    const heard: string[] = [];
    for await (const { text } of stub.chat(politely())) {
      heard.push(text);
      answered?.();
    }
    expect(heard).toEqual(["a", "b", "c"]);
  });

  test("carry a message of a megabyte each way", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url });
    const text = "x".repeat(1024 * 1024);
    expect((await stub.unary({ text })).text).toHaveLength(text.length);
    expect(await readAll(stub.chat(notes(text, text)))).toEqual([text, text]);
  });
});

describe("leaving a stream early", () => {
  test("by break ends the handler's call", async () => {
    const server = await bench.serve({ watch: endless(5) });
    const { stub } = bench.client({ url: server.url });
    const heard: string[] = [];
    for await (const { text } of stub.watch({})) {
      heard.push(text);
      if (heard.length === 2) break;
    }
    expect(heard).toEqual(["1", "2"]);
    await abortOf(server);
  });

  test("before the first answer ends the handler's call, and a read that waits", async () => {
    const server = await bench.serve({ watch: endless(0) });
    const { stub } = bench.client({ url: server.url });
    const answers = stub.watch({})[Symbol.asyncIterator]();
    const first = answers.next();
    await server.arrival(1);
    await answers.return?.();
    expect(await first).toEqual({ done: true, value: undefined });
    await abortOf(server);
  });

  test("without reading it at all ends the handler's call", async () => {
    const server = await bench.serve({ watch: endless(0) });
    const { stub } = bench.client({ url: server.url });
    const answers = stub.watch({})[Symbol.asyncIterator]();
    await server.arrival(1);
    await answers.return?.();
    await abortOf(server);
  });

  test("lets go of a request source that waits for its next message", async () => {
    const server = await bench.serve({ chat: endless(1) });
    const { stub } = bench.client({ url: server.url });
    const source = new PatientSource();
    for await (const _ of stub.chat(source)) break;
    await source.left;
  });
});

describe("the caller's signal", () => {
  test.each([
    { title: "before the first answer", answers: 0 },
    { title: "after some answers", answers: 2 },
  ])("ends a stream as canceled $title", async ({ answers }) => {
    const server = await bench.serve({ watch: endless(answers) });
    const { stub } = bench.client({ url: server.url });
    const cancel = new AbortController();
    const stream = stub.watch({}, { signal: cancel.signal })[Symbol.asyncIterator]();
    for (let read = 0; read < answers; read++) await stream.next();
    const failure = failureOf(stream.next());
    await server.arrival(1);
    cancel.abort();
    expect(await failure).toBeInstanceOf(ConnectError);
    expect(await failure).toMatchObject({ code: Code.Canceled });
    await abortOf(server);
  });

  test("lets go of the request source of a collect", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url });
    const cancel = new AbortController();
    const source = new PatientSource();
    const failure = failureOf(stub.collect(source, { signal: cancel.signal }));
    await server.arrival(1);
    cancel.abort();
    expect(await failure).toMatchObject({ code: Code.Canceled });
    await source.left;
  });
});

describe("a request source that throws", () => {
  async function* broken() {
    yield { text: "a" };
    throw new Error("the source broke");
  }

  test.each([
    { title: "a collect", call: "collect" as const },
    { title: "a chat", call: "chat" as const },
  ])("fails $title with its text, once, and ends the handler's call", async ({ call }) => {
    const server = await bench.serve({ chat: endless(0) });
    const { stub } = bench.client({ url: server.url, retries: 3 });
    const calls = {
      collect: () => stub.collect(broken()),
      chat: () => readAll(stub.chat(broken())),
    };
    const error = await failureOf(calls[call]());
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ message: expect.stringContaining("the source broke") });
    await abortOf(server);
    expect(server.attempts()).toBe(1);
  });
});

describe("the call's deadline", () => {
  test("ends a stream that is being read", async () => {
    const server = await bench.serve({ watch: endless(1) });
    const { stub, clock } = bench.client({ url: server.url });
    const stream = stub.watch({}, { timeoutMs: 500 })[Symbol.asyncIterator]();
    expect(await stream.next()).toMatchObject({ value: { text: "1" } });
    const failure = failureOf(stream.next());
    await clock.advance(500);
    expect(await failure).toMatchObject({ code: Code.DeadlineExceeded });
    expect(clock.pendingTimers).toBe(0);
    await abortOf(server);
  });

  test("is taken back when the stream has ended", async () => {
    const server = await bench.serve();
    const { stub, clock } = bench.client({ url: server.url, timeoutMs: 500 });
    await readAll(stub.watch({}));
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("bounds a stream's first answer by attemptTimeoutMs, and not what follows", async () => {
    const server = await bench.serve({ watch: endless(1) });
    const { stub, clock } = bench.client({ url: server.url, attemptTimeoutMs: 500 });
    const stream = stub.watch({})[Symbol.asyncIterator]();
    await stream.next();
    expect(clock.pendingTimers).toBe(0);
    await stream.return?.();
  });
});

/** A source of requests that has one message, and then waits until it is left. */
class PatientSource implements AsyncIterableIterator<{ text: string }> {
  readonly left: Promise<void>;
  #leave: () => void = () => {};
  #given = false;

  constructor() {
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    if (this.#given) await this.left;
    const done = this.#given;
    this.#given = true;
    return done
      ? ({ done, value: undefined } as const)
      : ({ done: false, value: { text: "first" } } as const);
  }

  async return() {
    this.#leave();
    return { done: true, value: undefined } as const;
  }
}
