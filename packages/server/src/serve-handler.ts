/** Runs a handler that answers once under the server's promises: deadline, error rules, and the context of outgoing calls. */
import { create, type DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext, Interceptor } from "@connectrpc/connect";
import { show } from "@thrice/core";
import { errorFromHandler, type HandlerErrorRules } from "./handler-error.js";
import { methodPath } from "./method-path.js";
import { ServedCall, type ServedCallRules } from "./served-call.js";

/** A method of a handler. */
export type Handle = (request: unknown, context: HandlerContext) => unknown;

/** How handlers are run. */
export interface HandlerRules extends HandlerErrorRules, ServedCallRules {
  /** Run around the handler; the first one sees the request first and the answer last. */
  readonly interceptors: readonly Interceptor[];
}

/**
 * Serves a method that answers with one message. Rejects with a `ConnectError`.
 *
 * Hot path: an async function in this place, and one around the handler, would cost several promises a call.
 */
export function serveOne(
  handle: Handle,
  request: unknown,
  wire: HandlerContext,
  rules: HandlerRules,
): Promise<object> {
  return new Promise((resolve, reject) => {
    const call = new ServedCall(wire, rules);
    const { context } = call;
    const fail = (thrown: unknown) => {
      if (call.isOver) return;
      const error = call.errorFor(errorFromHandler(thrown, context, rules));
      call.end();
      reject(error);
    };
    const succeed = (answer: unknown) => {
      if (call.isOver) return;
      try {
        const message = messageFrom(answer, "return a message", context.method);
        call.end();
        resolve(message);
      } catch (thrown) {
        fail(thrown);
      }
    };
    try {
      const answer = call.run(() => handle(request, context));
      if (isThenable(answer)) call.wait(answer, succeed, fail);
      else succeed(answer);
    } catch (thrown) {
      fail(thrown);
    }
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}

/** Fills what the handler left out, here and not in the wire, so that what fails is the handler's failure. */
export function messageFrom(answer: unknown, wanted: string, method: DescMethod): object {
  if (typeof answer !== "object" || answer === null) throw wrongAnswer(method, wanted, answer);
  return create(method.output, answer as Record<string, unknown>);
}

/** The error of a handler that did not do what is `wanted`. */
export function wrongAnswer(method: DescMethod, wanted: string, got: unknown): TypeError {
  return new TypeError(`handler of ${methodPath(method)} must ${wanted}, got ${show(got)}`);
}

/** Whether a handler answered with a stream. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof (value as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === "function"
  );
}
