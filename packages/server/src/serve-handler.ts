/** Runs a handler that answers once under the server's promises: deadline, error rules, and the context of outgoing calls. */
import { create, type DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { show } from "@thrice/core";
import { errorFromHandler, type HandlerErrorRules } from "./handler-error.js";
import { methodPath } from "./method-path.js";
import { ServedCall, type ServedCallRules } from "./served-call.js";

/** A method of a handler. */
export type Handle = (request: unknown, context: HandlerContext) => unknown;

/** How handlers are run. */
export interface HandlerRules extends HandlerErrorRules, ServedCallRules {}

/** Serves a method that answers with one message. */
export async function serveOne(
  handle: Handle,
  request: unknown,
  wire: HandlerContext,
  rules: HandlerRules,
) {
  const call = new ServedCall(wire, rules);
  const { context } = call;
  try {
    const answer = await call.step(async () => handle(request, context));
    return messageFrom(answer, "return a message", context.method);
  } catch (thrown) {
    throw errorFromHandler(thrown, context, rules);
  } finally {
    call.end();
  }
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
