/** Puts the server's promises around a handler: deadline, error rules, and the context of outgoing calls. */
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { type InboundCall, runInboundCall, show } from "@thrice/core";
import { errorFromHandler, type HandlerErrorRules } from "./handler-error.js";

type Handle = (request: unknown, context: HandlerContext) => unknown;

/**
 * Makes the implementation that the wire serves. Methods are called on `handler`, so that a class works.
 *
 * @throws TypeError if a method of `handler` is something else than a function.
 */
export function wrapHandler(
  service: DescService,
  handler: object,
  rules: HandlerErrorRules,
): Partial<ServiceImpl<DescService>> {
  // Without a prototype, as a method that is missing may be called like something that objects inherit.
  const wrapped: Record<string, Handle> = Object.create(null);
  for (const method of service.methods) {
    const handle = findHandle(service, method, handler);
    if (handle !== undefined) wrapped[method.localName] = wrapMethod(method, handle, rules);
  }
  return wrapped as object;
}

function findHandle(
  service: DescService,
  { localName }: DescMethod,
  handler: object,
): Handle | undefined {
  const handle = (handler as Record<string, unknown>)[localName];
  if (handle === undefined || handle === Object.prototype[localName as "toString"])
    return undefined;
  if (typeof handle === "function") return handle.bind(handler) as Handle;
  throw new TypeError(
    `handler of ${service.typeName}: ${localName} must be a function, got ${show(handle)}`,
  );
}

function wrapMethod(method: DescMethod, handle: Handle, rules: HandlerErrorRules): Handle {
  const many = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
  return many
    ? (request, context) => serveMany(handle, request, context, rules)
    : (request, context) => serveOne(handle, request, context, rules);
}

async function serveOne(
  handle: Handle,
  request: unknown,
  context: HandlerContext,
  rules: HandlerErrorRules,
) {
  refuseIfExpired(context);
  try {
    const answer = await runInboundCall(inboundFrom(context), async () => handle(request, context));
    if (!isObject(answer)) throw wrongAnswer(context, "return a message", answer);
    return answer;
  } catch (thrown) {
    throw errorFromHandler(thrown, context, rules);
  }
}

async function* serveMany(
  handle: Handle,
  request: unknown,
  context: HandlerContext,
  rules: HandlerErrorRules,
) {
  refuseIfExpired(context);
  const inbound = inboundFrom(context);
  try {
    const answers = runInboundCall(inbound, () => handle(request, context));
    if (!isAsyncIterable(answers)) throw wrongAnswer(context, "return an async iterable", answers);
    for await (const answer of readInside(inbound, answers[Symbol.asyncIterator]())) {
      if (!isObject(answer)) throw wrongAnswer(context, "yield messages", answer);
      yield answer;
    }
  } catch (thrown) {
    throw errorFromHandler(thrown, context, rules);
  }
}

/** Reads on so that each step of a generator runs as part of the inbound call. */
function readInside(
  inbound: InboundCall,
  answers: AsyncIterator<unknown>,
): AsyncIterableIterator<unknown> {
  const done = { done: true, value: undefined } as const;
  return {
    next: () => runInboundCall(inbound, () => answers.next()),
    return: () => runInboundCall(inbound, async () => (await answers.return?.()) ?? done),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof (value as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === "function"
  );
}

function wrongAnswer({ method }: HandlerContext, wanted: string, got: unknown): TypeError {
  const name = `${method.parent.typeName}/${method.name}`;
  return new TypeError(`handler of ${name} must ${wanted}, got ${show(got)}`);
}

function refuseIfExpired(context: HandlerContext): void {
  const leftMs = context.timeoutMs();
  if (leftMs !== undefined && leftMs <= 0) {
    throw new ConnectError("the deadline passed before the handler began", Code.DeadlineExceeded);
  }
}

function inboundFrom(context: HandlerContext): InboundCall {
  return { remainingMs: () => context.timeoutMs() };
}
