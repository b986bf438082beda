import { getEventListeners } from "node:events";
import { Code, ConnectError, type StreamResponse, type UnaryRequest } from "@connectrpc/connect";
import { endWhenStopped, stoppedError } from "./end-when-stopped.js";

/** Calls whose answer is a stream of `messages`. */
async function streamOf(messages: AsyncIterable<unknown>, signal: AbortSignal) {
  const next = async () => ({ stream: true, message: messages }) as unknown as StreamResponse;
  const response = await endWhenStopped(next)({ signal } as UnaryRequest);
  return (response as StreamResponse).message[Symbol.asyncIterator]();
}

const hang = () => new Promise<never>(() => {});

describe("endWhenStopped", () => {
  test("fails what waits when the server stops, and what is asked for later", async () => {
    const controller = new AbortController();
    const call = endWhenStopped(hang)({ signal: controller.signal } as UnaryRequest);
    controller.abort(stoppedError());
    await expect(call).rejects.toMatchObject({ code: Code.Unavailable });
    const late = endWhenStopped(hang)({ signal: controller.signal } as UnaryRequest);
    await expect(late).rejects.toMatchObject({ rawMessage: "the server stops" });
  });

  test("leaves other ends to the handler, and no listener behind", async () => {
    const { signal, abort } = abortable();
    const answer = Promise.withResolvers<unknown>();
    const call = endWhenStopped(() => answer.promise as never)({ signal } as UnaryRequest);
    abort(new ConnectError("gone", Code.Canceled));
    answer.resolve({ stream: false, message: "answered all the same" });
    expect(await call).toMatchObject({ message: "answered all the same" });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test.each(["return", "throw"] as const)(
    "%s lets go of the handler's generator",
    async (leave) => {
      const { signal } = abortable();
      const left = jest.fn();
      async function* answers() {
        try {
          yield 1;
          yield 2;
        } finally {
          left();
        }
      }
      const stream = await streamOf(answers(), signal);
      await stream.next();
      await stream[leave]?.(new Error("enough")).catch(() => undefined);
      await Promise.resolve();
      expect(left).toHaveBeenCalledTimes(1);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    },
  );

  test("tells who throws into an iterator that knows no throw, and leaves that", async () => {
    const left = jest.fn(async () => ({ done: true as const, value: undefined }));
    const plain = { next: hang, return: left, [Symbol.asyncIterator]: () => plain };
    const stream = await streamOf(plain, abortable().signal);
    await expect(stream.throw?.(new Error("enough"))).rejects.toThrow("enough");
    expect(left).toHaveBeenCalledTimes(1);
  });
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
}
