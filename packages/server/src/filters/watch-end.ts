import type { StreamResponse, UnaryResponse } from "@connectrpc/connect";

/** How the answers of a call ended: all were read, the caller left, or something was thrown. */
export type AnswersEnd =
  | { readonly kind: "done" }
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Calls `onEnd` once the last answer of `response` is out, at once for one that is no stream. */
export function watchEnd<R extends UnaryResponse | StreamResponse>(
  response: R,
  onEnd: (end: AnswersEnd) => void,
): R {
  if (response.stream) return { ...response, message: watched(response.message, onEnd) };
  onEnd({ kind: "done" });
  return response;
}

async function* watched<T>(messages: AsyncIterable<T>, onEnd: (end: AnswersEnd) => void) {
  let end: AnswersEnd = { kind: "left" };
  try {
    yield* messages;
    end = { kind: "done" };
  } catch (error) {
    end = { kind: "failed", error };
    throw error;
  } finally {
    onEnd(end);
  }
}
