import type { Interceptor } from "@connectrpc/connect";
import { show } from "@thrice/core";

/** A token, or what gets one for each request. */
export type TokenSource = string | (() => string | PromiseLike<string>);

/**
 * Sends `authorization: Bearer <token>` with each request, unless it has an authorization already. As an attempt
 * interceptor it asks a function for each attempt anew. What the function throws fails the call, or the attempt.
 *
 * @throws TypeError if `token` is neither printable ASCII without blanks nor a function.
 */
export function withToken(token: TokenSource): Interceptor {
  const get = typeof token === "function" ? token : () => token;
  if (typeof token !== "function") checkToken(token);
  return (next) => async (request) => {
    if (!request.header.has("authorization")) {
      request.header.set("authorization", `Bearer ${checkToken(await get())}`);
    }
    return next(request);
  };
}

/** The value stays out of the text: errors are logged. */
function checkToken(token: unknown): string {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  const got = typeof token === "string" ? `a text of ${token.length} characters` : show(token);
  throw new TypeError(`token must be printable ASCII without blanks, got ${got}`);
}
