import type { Message } from "@bufbuild/protobuf";
import { requestMessages } from "./request-messages.js";

const message = { $typeName: "a" } as Message;
const done = { done: true, value: undefined };

/** A source of `length` messages that counts how it is used. */
function countedSource(length: number, leave: () => Promise<IteratorResult<Message>>) {
  const counts = { opened: 0, read: 0, left: 0, thrown: 0 };
  const source = {
    [Symbol.asyncIterator]: () => {
      counts.opened++;
      return {
        next: async () =>
          counts.read++ < length
            ? { done: false, value: message }
            : { done: true, value: undefined },
        return: () => {
          counts.left++;
          return leave();
        },
        throw: async (reason: unknown) => {
          counts.thrown++;
          throw reason;
        },
      } as AsyncIterator<Message>;
    },
  };
  const iterable = requestMessages({ kind: "many", messages: source });
  return { counts, iterable, open: () => iterable[Symbol.asyncIterator]() };
}

const obey = async () => ({ done: true, value: undefined }) as const;

describe("requestMessages", () => {
  test("yields one message", async () => {
    const read: Message[] = [];
    for await (const each of requestMessages({ kind: "one", message })) read.push(each);
    expect(read).toEqual([message]);
  });

  test("reads a source to its end, and does not leave it then", async () => {
    const { counts, iterable, open } = countedSource(2, obey);
    const read: Message[] = [];
    for await (const each of iterable) read.push(each);
    await open().return?.();
    expect(read).toEqual([message, message]);
    expect(counts).toEqual({ opened: 1, read: 3, left: 0, thrown: 0 });
  });

  test("leaves a source once, however often and from wherever it is left", async () => {
    const { counts, open } = countedSource(2, obey);
    await open().next();
    await expect(open().throw?.(new Error("attempt over"))).rejects.toThrow("attempt over");
    expect(await open().return?.()).toEqual(done);
    expect(await open().next()).toEqual(done);
    expect(counts).toEqual({ opened: 1, read: 1, left: 1, thrown: 0 });
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
    const { open } = countedSource(2, leave);
    expect(await open().return?.()).toEqual(done);
  });

  test("does not leave a source that has failed", async () => {
    const reason = new Error("disk full");
    const source = {
      left: 0,
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(reason),
        return: async () => {
          source.left++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const iterator = requestMessages({ kind: "many", messages: source })[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toBe(reason);
    await iterator.return?.();
    expect(await iterator.next()).toEqual(done);
    expect(source.left).toBe(0);
  });

  test("takes a source without return and throw", async () => {
    const next = async () => ({ done: false as const, value: message });
    const source = { [Symbol.asyncIterator]: () => ({ next }) };
    const iterator = requestMessages({ kind: "many", messages: source })[Symbol.asyncIterator]();
    expect(await iterator.return?.()).toEqual(done);
  });
});
