import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AnswerStream } from "./answer-stream.js";

const [first, second] = [{ $typeName: "a" }, { $typeName: "b" }] as [Message, Message];

async function* messages(...all: Message[]): AsyncGenerator<Message> {
  yield* all;
}

async function* failing(...all: Message[]): AsyncGenerator<Message> {
  yield* all;
  throw new ConnectError("broken", Code.Unavailable);
}

function begin(source: AsyncIterable<Message>) {
  const cancelled: ConnectError[] = [];
  return {
    cancelled,
    stream: AnswerStream.begin(source, (error) => cancelled.push(error)),
  };
}

/** Whether the stream is finished by now. */
async function isFinished({ finished }: AnswerStream): Promise<boolean> {
  const now = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([finished.then(() => true), now]);
}

describe("AnswerStream", () => {
  test("yields the messages in order, and is finished at their end", async () => {
    const stream = await begin(messages(first, second)).stream;
    expect(await stream.next()).toEqual({ done: false, value: first });
    expect(await stream.next()).toEqual({ done: false, value: second });
    expect(await isFinished(stream)).toBe(false);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await isFinished(stream)).toBe(true);
  });

  test("of no messages is finished from the start", async () => {
    const stream = await begin(messages()).stream;
    expect(await isFinished(stream)).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("does not begin if there is an error before the first message", async () => {
    await expect(begin(failing()).stream).rejects.toMatchObject({ code: Code.Unavailable });
  });

  test("fails after its messages with what broke it, and is finished", async () => {
    const stream = await begin(failing(first)).stream;
    await stream.next();
    await expect(stream.next()).rejects.toMatchObject({ code: Code.Unavailable });
    expect(await isFinished(stream)).toBe(true);
  });

  test("when left early cancels, is finished, and yields nothing more", async () => {
    const { stream: begun, cancelled } = begin(messages(first, second));
    const stream = await begun;
    for await (const _ of stream) break;
    expect(cancelled).toMatchObject([
      { code: Code.Canceled, rawMessage: "the caller left the stream" },
    ]);
    expect(await isFinished(stream)).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("when left before its first message yields nothing", async () => {
    const stream = await begin(messages(first)).stream;
    await stream.return();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("read to its end in a loop does not cancel", async () => {
    const { stream, cancelled } = begin(messages(first, second));
    for await (const _ of await stream);
    expect(cancelled).toEqual([]);
  });

  test("is finished once it is released", async () => {
    const stream = await begin(messages(first, second)).stream;
    stream.release();
    expect(await isFinished(stream)).toBe(true);
  });
});
