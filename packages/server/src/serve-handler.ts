/** Runs a handler under the server's promises: deadline, error rules, and the context of outgoing calls. */
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

/** Serves a method that answers with a stream. */
export async function* serveMany(
  handle: Handle,
  request: unknown,
  wire: HandlerContext,
  rules: HandlerRules,
) {
  const call = new ServedCall(wire, rules);
  const { context } = call;
  let answers: AsyncIterator<unknown> | undefined;
  try {
    const stream = call.run(() => handle(request, context));
    if (!isAsyncIterable(stream)) {
      throw wrongAnswer(context.method, "return an async iterable", stream);
    }
    answers = stream[Symbol.asyncIterator]();
    for await (const answer of readInside(call, answers)) {
      const message = messageFrom(answer, "yield messages", context.method);
      context.sendHeader();
      yield message;
    }
  } catch (thrown) {
    throw errorFromHandler(thrown, context, rules);
  } finally {
    call.end(() => answers?.return?.());
  }
}

/** Reads on so that each step of a generator runs as part of the call, and no longer than its deadline. */
function readInside(call: ServedCall, answers: AsyncIterator<unknown>): AsyncIterable<unknown> {
  const done = { done: true, value: undefined } as const;
  const steps = {
    next: () => call.step(() => answers.next()),
    return: () => call.run(async () => (await answers.return?.()) ?? done),
  };
  return { [Symbol.asyncIterator]: () => steps };
}

/** Fills what the handler left out, here and not in the wire, so that what fails is the handler's failure. */
function messageFrom(answer: unknown, wanted: string, method: DescMethod): object {
  if (typeof answer !== "object" || answer === null) throw wrongAnswer(method, wanted, answer);
  return create(method.output, answer as Record<string, unknown>);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof (value as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === "function"
  );
}

function wrongAnswer(method: DescMethod, wanted: string, got: unknown): TypeError {
  return new TypeError(`handler of ${methodPath(method)} must ${wanted}, got ${show(got)}`);
}
