import type { Message } from "@bufbuild/protobuf";
import type { Http2Stream } from "@thrice/http2";
import { MessageSender } from "./message-sender.js";

const message = { $typeName: "a" } as Message;
const done = { done: true, value: undefined } as const;

/** A stream that takes everything and keeps its first bytes. */
function openStream() {
  const sent: number[] = [];
  const sendData = (bytes: Uint8Array) => sent.push(bytes[0] as number) > 0;
  return { sent, stream: { hasEnded: false, sendData } as unknown as Http2Stream };
}

/** A source of `length` messages that counts how it is used. */
function countedSource(length: number, leave: () => unknown = async () => done) {
  const counts = { read: 0, left: 0 };
  const next = async () => (counts.read++ < length ? { done: false, value: message } : done);
  const source = {
    next,
    return: () => {
      counts.left++;
      return leave();
    },
    [Symbol.asyncIterator]: () => source,
  };
  return { counts, input: { kind: "many", messages: source as AsyncIterable<Message> } as const };
}

const encode = () => Uint8Array.of(7);

describe("MessageSender", () => {
  test("sends one message", async () => {
    const { stream, sent } = openStream();
    const sender = new MessageSender({ kind: "one", message }, encode);
    await sender.run(stream);
    expect([sent, sender.hasEnded]).toEqual([[7], true]);
  });

  test("sends a source to its end, and does not leave it then", async () => {
    const { stream, sent } = openStream();
    const { counts, input } = countedSource(2);
    const sender = new MessageSender(input, encode);
    await sender.run(stream);
    sender.leave();
    expect(sent).toEqual([7, 7]);
    expect(counts).toEqual({ read: 3, left: 0 });
  });

  test("leaves a source once, however often it is left, and sends nothing more", async () => {
    const { stream, sent } = openStream();
    const { counts, input } = countedSource(5);
    const sender = new MessageSender(input, encode);
    const running = sender.run(stream);
    sender.leave();
    sender.leave();
    await running;
    expect([sent, counts]).toEqual([[], { read: 1, left: 1 }]);
  });

  test.each([
    { what: "fails", leave: () => Promise.reject(new Error("no")) },
    {
      what: "throws",
      leave: () => {
        throw new Error("no");
      },
    },
    { what: "hangs", leave: () => new Promise<never>(() => {}) },
  ])("is not held up by a source that $what when it is left", async ({ leave }) => {
    const { input } = countedSource(2, leave);
    const sender = new MessageSender(input, encode);
    const running = sender.run(openStream().stream);
    sender.leave();
    await expect(running).resolves.toBeUndefined();
  });

  test("does not leave a source that has failed", async () => {
    const reason = new Error("disk full");
    const { counts, input } = countedSource(1);
    const failing = Object.assign(input.messages, { next: () => Promise.reject(reason) });
    const sender = new MessageSender({ kind: "many", messages: failing }, encode);
    await expect(sender.run(openStream().stream)).rejects.toBe(reason);
    sender.leave();
    expect(counts.left).toBe(0);
  });

  test("leaves a source whose message cannot be encoded", async () => {
    const { counts, input } = countedSource(2);
    const fail = () => {
      throw new Error("not a message");
    };
    const sender = new MessageSender(input, fail);
    await expect(sender.run(openStream().stream)).rejects.toThrow("not a message");
    expect(counts).toEqual({ read: 1, left: 1 });
  });

  test("takes a source without return", async () => {
    const source = { next: async () => ({ done: false, value: message }) as const };
    const messages = { [Symbol.asyncIterator]: () => source };
    const sender = new MessageSender({ kind: "many", messages }, encode);
    const running = sender.run(openStream().stream);
    sender.leave();
    await expect(running).resolves.toBeUndefined();
  });
});
