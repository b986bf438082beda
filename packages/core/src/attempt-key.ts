import { type ContextKey, createContextKey } from "@connectrpc/connect";
import type { AttemptInfo } from "./call-events.js";

/**
 * Context key under which an attempt interceptor finds out about its attempt: number, kind, endpoint, and why it is made. The
 * same object stands for the attempt in `events`. Undefined in interceptors that run once per call.
 *
 * @example
 * ```ts
 * const attempt = request.contextValues.get(attemptKey);
 * ```
 */
export const attemptKey: ContextKey<AttemptInfo | undefined> = createContextKey<
  AttemptInfo | undefined
>(undefined, { description: "Thrice attempt" });
