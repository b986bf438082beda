import type { Message } from "@bufbuild/protobuf";
import { ReplayBuffer } from "./replay-buffer.js";
import { ReplayMemory } from "./replay-memory.js";

/** Messages that the test hands over one by one. */
class HandFed implements AsyncIterableIterator<Message> {
  returns = 0;
  pulls = 0;
  readonly #answers: ((result: Promise<IteratorResult<Message>>) => void)[] = [];

  [Symbol.asyncIterator]() {
    return this;
  }

  next(): Promise<IteratorResult<Message>> {
    this.pulls++;
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  async return() {
    this.returns++;
    return { done: true, value: undefined } as const;
  }

  give(name: string): void {
    this.#answers.shift()?.(Promise.resolve({ done: false, value: message(name) }));
  }

  end(): void {
    this.#answers.shift()?.(Promise.resolve({ done: true, value: undefined }));
  }

  fail(reason: unknown): void {
    const failed = Promise.reject(reason);
    this.#answers.shift()?.(failed);
  }
}

function message(name: string): Message {
  return { $typeName: name } as Message;
}

function open(maxBytes = 100) {
  const source = new HandFed();
  return { source, buffer: new ReplayBuffer(source, () => 10, maxBytes) };
}

const done = { done: true, value: undefined };
const item = (name: string) => ({ done: false, value: message(name) });

describe("ReplayBuffer", () => {
  test("gives every reader all messages, and reads each of them once", async () => {
    const { source, buffer } = open();
    const first = buffer.reader();
    const a = first.next();
    source.give("a");
    expect(await a).toEqual(item("a"));
    const second = buffer.reader();
    expect(await second.next()).toEqual(item("a"));
    const waits = [first.next(), second.next()];
    source.give("b");
    expect(await Promise.all(waits)).toEqual([item("b"), item("b")]);
    const ends = [first.next(), second.next()];
    source.end();
    expect(await Promise.all(ends)).toEqual([done, done]);
    expect(source.pulls).toBe(3);
  });

  test("lets a reader that waits go, and gives the message to the next one", async () => {
    const { source, buffer } = open();
    const first = buffer.reader();
    const waiting = first.next();
    await first.return?.();
    expect(await waiting).toEqual(done);
    const second = buffer.reader();
    const a = second.next();
    source.give("a");
    expect(await a).toEqual(item("a"));
    expect([source.pulls, source.returns]).toEqual([1, 0]);
  });

  test("keeps what the reader in front has not read when it is committed", async () => {
    const { source, buffer } = open();
    const lost = buffer.reader();
    for (const name of ["a", "b"]) {
      const next = lost.next();
      source.give(name);
      await next;
    }
    void lost.next();
    await lost.return?.();
    const winner = buffer.reader();
    expect(await winner.next()).toEqual(item("a"));
    buffer.commit();
    source.give("c");
    expect(await winner.next()).toEqual(item("b"));
    expect(await winner.next()).toEqual(item("c"));
  });

  test("measures nothing and keeps no second message once it is committed", async () => {
    const source = new HandFed();
    const sizeOf = jest.fn(() => 10);
    const buffer = new ReplayBuffer(source, sizeOf, 100);
    buffer.commit();
    const reader = buffer.reader();
    for (const name of ["a", "b"]) {
      const next = reader.next();
      source.give(name);
      await next;
    }
    expect(sizeOf).not.toHaveBeenCalled();
    await expect(buffer.reader().next()).rejects.toThrow("cannot be sent again");
  });

  test("fails every reader with what the source threw, and never takes it for a good end", async () => {
    const { source, buffer } = open();
    const first = buffer.reader();
    const waiting = first.next();
    await first.return?.();
    source.fail(new Error("broke"));
    expect(await waiting).toEqual(done);
    const second = buffer.reader();
    await expect(second.next()).rejects.toThrow("broke");
    await expect(buffer.reader().next()).rejects.toThrow("broke");
    expect(source.pulls).toBe(1);
  });

  test("can be read from the start until it has dropped something", async () => {
    const { source, buffer } = open(15);
    const reader = buffer.reader();
    for (const name of ["a", "b"]) {
      expect(buffer.whyNotReplayable).toBeUndefined();
      const next = reader.next();
      source.give(name);
      await next;
    }
    expect(buffer.whyNotReplayable).toContain("replayBufferBytes 15");
    await expect(buffer.reader().next()).rejects.toThrow("cannot be sent again");
  });

  test("shares its room with other calls, and gives it back when it stops keeping", async () => {
    const memory = new ReplayMemory(25);
    const [first, second] = [new HandFed(), new HandFed()];
    const buffers = [first, second].map(
      (source) => new ReplayBuffer(source, () => 10, 100, memory),
    );
    const read = async (at: number, name: string) => {
      const next = readers[at]?.next();
      [first, second][at]?.give(name);
      await next;
    };
    const readers = buffers.map((buffer) => buffer.reader());
    await read(0, "a");
    await read(1, "a");
    expect(memory.usedBytes).toBe(20);
    await read(1, "b");
    await read(1, "c");
    expect(memory.usedBytes).toBe(10);
    expect(buffers[1]?.whyNotReplayable).toContain("no room in replayBufferTotalBytes 25");
    expect(buffers[0]?.whyNotReplayable).toBeUndefined();
    buffers[0]?.close();
    buffers[0]?.close();
    expect(memory.usedBytes).toBe(0);
  });

  test("leaves its source once when it is closed, and not when the source has ended", async () => {
    const closed = open();
    closed.buffer.close();
    closed.buffer.close();
    expect(closed.source.returns).toBe(1);
    const ended = open();
    const end = ended.buffer.reader().next();
    ended.source.end();
    await end;
    ended.buffer.close();
    expect(ended.source.returns).toBe(0);
  });

  test.each([
    { title: "throws", leave: () => Promise.reject(new Error("cannot leave")) },
    { title: "answers at once", leave: () => done },
  ])("takes a source whose return $title", async ({ leave }) => {
    const source = { next: async () => done, return: leave } as unknown as AsyncIterator<Message>;
    const buffer = new ReplayBuffer({ [Symbol.asyncIterator]: () => source }, () => 1, 1);
    buffer.close();
    expect(await buffer.reader().next()).toEqual(done);
  });
});
