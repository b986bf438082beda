/** Follows a stream of answers to its end, in the context of its span. */
import type { StreamResponse, UnaryResponse } from "@connectrpc/connect";
import { type Context, context } from "@opentelemetry/api";

/** How a stream ended: read to its end, left early, or broken. */
export type StreamEnd =
  | { readonly kind: "done" }
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly error: unknown };

/** The response, whose messages are read within `active`, if given; `onEnd` is told once how they ended. */
export function watchStream<R extends UnaryResponse | StreamResponse>(
  response: R,
  active: Context | undefined,
  onEnd: (end: StreamEnd) => void,
): R {
  if (!response.stream) return response;
  const { message } = response;
  return {
    ...response,
    message: { [Symbol.asyncIterator]: () => watched(message, active, onEnd) },
  };
}

function watched<T>(
  messages: AsyncIterable<T>,
  active: Context | undefined,
  onEnd: (end: StreamEnd) => void,
): AsyncIterator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  const within = <V>(step: () => V): V =>
    active === undefined ? step() : context.with(active, step);
  let isEnded = false;
  const end = (how: StreamEnd) => {
    if (isEnded) return;
    isEnded = true;
    onEnd(how);
  };
  return {
    async next() {
      try {
        const result = await within(() => iterator.next());
        if (result.done === true) end({ kind: "done" });
        return result;
      } catch (error) {
        end({ kind: "failed", error });
        throw error;
      }
    },
    async return(value?: unknown) {
      end({ kind: "left" });
      await within(() => iterator.return?.());
      return { done: true, value } as IteratorReturnResult<unknown>;
    },
  };
}
