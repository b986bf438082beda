/** Streams are retried until their first answer, with what was sent before, and never after. */
import { Code, ConnectError } from "@thrice/client";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { echo } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Reads `reads` messages and fails, the first `times` times; then echoes. Notes what it read. */
function failingChat(times: number, reads: number) {
  const heard: string[][] = [];
  let left = times;
  return {
    heard,
    async *chat(requests: AsyncIterable<Note>, context: never) {
      const mine: string[] = [];
      heard.push(mine);
      if (left-- <= 0) {
        yield* echo.chat(noting(requests, mine), context);
        return;
      }
      await readSome(requests, mine, reads);
      throw new ConnectError("not yet", Code.Unavailable);
    },
  };
}

async function* noting(requests: AsyncIterable<Note>, into: string[]) {
  for await (const note of requests) {
    into.push(note.text);
    yield note;
  }
}

async function readSome(requests: AsyncIterable<Note>, into: string[], count: number) {
  if (count === 0) return;
  for await (const { text } of requests) if (into.push(text) === count) return;
}

describe("before the first answer", () => {
  test("a watch is repeated", async () => {
    let left = 2;
    const server = await bench.serve({
      async *watch({ text }) {
        if (left-- > 0) throw new Error("not yet");
        yield { text };
      },
    });
    const { stub } = bench.client({ url: server.url, retries: 2 });
    expect(await readAll(stub.watch({ text: "at last" }))).toEqual(["at last"]);
    expect(server.attempts()).toBe(3);
  });

  test("a chat is repeated with all that was sent", async () => {
    const script = failingChat(2, 2);
    const server = await bench.serve({ chat: script.chat });
    const { stub } = bench.client({ url: server.url, retries: 2 });
    expect(await readAll(stub.chat(notes("a", "b", "c", "d")))).toEqual(["a", "b", "c", "d"]);
    expect(script.heard).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b", "c", "d"],
    ]);
  });

  test("a collect is repeated with all that was sent", async () => {
    let left = 1;
    const server = await bench.serve({
      async collect(requests, context) {
        const answer = await echo.collect(requests, context);
        if (left-- > 0) throw new Error("not yet");
        return answer;
      },
    });
    const { stub } = bench.client({ url: server.url, retries: 1 });
    expect((await stub.collect(notes("a", "b", "c"))).text).toBe("a,b,c");
    expect(server.attempts()).toBe(2);
  });

  test("nothing is repeated without retries, as the method is not idempotent", async () => {
    const server = await bench.serve({ chat: failingChat(1, 1).chat });
    const { stub } = bench.client({ url: server.url });
    expect(await failureOf(readAll(stub.chat(notes("a"))))).toMatchObject({
      code: Code.Unavailable,
    });
    expect(server.attempts()).toBe(1);
  });
});

describe("after the first answer", () => {
  test("a failure is the caller's to see, whatever retries says", async () => {
    const server = await bench.serve({
      async *watch() {
        yield { text: "first" };
        throw new ConnectError("broke", Code.Unavailable);
      },
    });
    const { stub } = bench.client({ url: server.url, retries: 5 });
    const stream = stub.watch({})[Symbol.asyncIterator]();
    expect(await stream.next()).toMatchObject({ value: { text: "first" } });
    expect(await failureOf(stream.next())).toMatchObject({
      code: Code.Unavailable,
      rawMessage: "broke",
    });
    expect(server.attempts()).toBe(1);
  });
});

describe("replayBufferBytes", () => {
  const tenBytes = () => notes("12345678", "12345678", "12345678");

  test("that holds what was sent lets it be sent again", async () => {
    const script = failingChat(1, 3);
    const server = await bench.serve({ chat: script.chat });
    const { stub } = bench.client({ url: server.url, retries: 2, replayBufferBytes: 30 });
    expect(await readAll(stub.chat(tenBytes()))).toHaveLength(3);
    expect(server.attempts()).toBe(2);
  });

  test("that is too small ends the call, and one line of the log says so", async () => {
    const server = await bench.serve({ chat: failingChat(1, 3).chat });
    const { stub, logger } = bench.client({ url: server.url, retries: 2, replayBufferBytes: 29 });
    expect(await failureOf(readAll(stub.chat(tenBytes())))).toMatchObject({
      code: Code.Unavailable,
    });
    expect(server.attempts()).toBe(1);
    expect(logger.records).toEqual([
      { level: "warn", message: expect.stringContaining("replayBufferBytes 29") },
    ]);
  });

  test("of all streams together, when it is too small, ends the call as well", async () => {
    const server = await bench.serve({ chat: failingChat(1, 3).chat });
    const options = { url: server.url, retries: 2, replayBufferTotalBytes: 29 };
    const { stub, logger } = bench.client(options);
    expect(await failureOf(readAll(stub.chat(tenBytes())))).toMatchObject({
      code: Code.Unavailable,
    });
    expect(server.attempts()).toBe(1);
    expect(logger.records).toEqual([
      { level: "warn", message: expect.stringContaining("replayBufferTotalBytes 29") },
    ]);
  });

  test("of all streams together is free again when a stream is over", async () => {
    const script = failingChat(1, 3);
    const server = await bench.serve({ chat: script.chat });
    const { stub } = bench.client({ url: server.url, retries: 2, replayBufferTotalBytes: 30 });
    for (let call = 0; call < 3; call++)
      expect(await readAll(stub.chat(tenBytes()))).toHaveLength(3);
    expect(server.attempts()).toBe(1 + 3);
  });

  test("of 0 still repeats a request of one message", async () => {
    let left = 1;
    const server = await bench.serve({
      async *watch({ text }) {
        if (left-- > 0) throw new Error("not yet");
        yield { text };
      },
    });
    const { stub } = bench.client({ url: server.url, retries: 2, replayBufferBytes: 0 });
    expect(await readAll(stub.watch({ text: "hi" }))).toEqual(["hi"]);
  });

  test("holds up no stream that is only long", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url, replayBufferBytes: 10 });
    const many = Array.from({ length: 300 }, (_, index) => `message ${index}`);
    expect(await readAll(stub.chat(notes(...many)))).toEqual(many);
  });
});
