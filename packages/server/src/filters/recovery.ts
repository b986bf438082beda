import {
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import { checkFunction } from "@thrice/core";

/** Says what callers get for something that a handler threw; undefined leaves it as it is. */
export type ErrorMapper = (
  thrown: unknown,
  request: UnaryRequest | StreamRequest,
) => ConnectError | undefined;

/**
 * Turns what a handler throws into the error that its callers get, in the midst of a stream too: a database's "no such row"
 * into `not_found`, in one place. A `ConnectError` passes as it is. What `toError` throws takes the place of what it was
 * given, and is treated as a handler's error.
 *
 * @throws TypeError if `toError` is no function.
 */
export function recovery(toError: ErrorMapper): Interceptor {
  checkFunction("toError", toError);
  return (next) => async (request) => {
    const recovered = (thrown: unknown) =>
      thrown instanceof ConnectError ? thrown : (toError(thrown, request) ?? thrown);
    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: recovering(response.message, recovered) };
    } catch (thrown) {
      throw recovered(thrown);
    }
  };
}

async function* recovering<T>(messages: AsyncIterable<T>, recovered: (thrown: unknown) => unknown) {
  try {
    yield* messages;
  } catch (thrown) {
    throw recovered(thrown);
  }
}
