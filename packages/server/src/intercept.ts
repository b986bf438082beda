/** Puts Connect interceptors around a method of a handler. Without any, nothing here is called. */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type {
  HandlerContext,
  Interceptor,
  StreamRequest,
  StreamResponse,
  UnaryRequest,
  UnaryResponse,
} from "@connectrpc/connect";
import { InterceptedContext } from "./intercepted-context.js";
import { interceptedRequest } from "./intercepted-request.js";
import { methodPath } from "./method-path.js";
import { type Handle, isAsyncIterable, messageFrom, wrongAnswer } from "./serve-handler.js";

type Request = UnaryRequest | StreamRequest;
type Response = UnaryResponse | StreamResponse;
type Next = (request: Request) => Promise<Response>;

/**
 * Makes a handle that goes through `interceptors`, the first of which sees the request first and the answer last. They run
 * as part of the call: within its deadline, and what they throw is treated as the handler's own error.
 */
export function interceptHandle(
  handle: Handle,
  method: DescMethod,
  interceptors: readonly Interceptor[],
): Handle {
  const { methodKind } = method;
  const takesMany = methodKind === "client_streaming" || methodKind === "bidi_streaming";
  const answersMany = methodKind === "server_streaming" || methodKind === "bidi_streaming";

  function begin(input: unknown, context: HandlerContext): Promise<Response> {
    const isOne = methodKind === "server_streaming";
    const request = interceptedRequest(method, isOne ? single(input) : input, context);
    const innermost: Next = async (sent) => {
      const seen = sent === request ? context : new InterceptedContext(context, sent);
      const message = sent.stream && !takesMany ? await onlyMessage(sent, method) : sent.message;
      const answer = await handle(message, seen);
      return responseOf(method, answer, context);
    };
    const wrap = (next: Next, interceptor: Interceptor) => interceptor(next);
    return interceptors.reduceRight(wrap, innermost)(request);
  }

  if (answersMany) {
    return async function* (input, context) {
      const response = checkResponse(await begin(input, context), method);
      adopt(response.header, context.responseHeader);
      yield* response.message as AsyncIterable<Message>;
      adopt(response.trailer, context.responseTrailer);
    };
  }
  return async (input, context) => {
    const response = checkResponse(await begin(input, context), method);
    const message = response.stream ? await onlyMessage(response, method) : response.message;
    adopt(response.header, context.responseHeader);
    adopt(response.trailer, context.responseTrailer);
    return message;
  };
}

/** What interceptors see of a handler's answer: whole messages, whatever the handler left out. */
function responseOf(method: DescMethod, answer: unknown, context: HandlerContext): Response {
  const common = {
    service: method.parent,
    method,
    header: context.responseHeader,
    trailer: context.responseTrailer,
  };
  const { methodKind } = method;
  if (methodKind === "server_streaming" || methodKind === "bidi_streaming") {
    if (!isAsyncIterable(answer)) throw wrongAnswer(method, "return an async iterable", answer);
    return { ...common, stream: true, message: whole(answer, method) } as Response;
  }
  const message = messageFrom(answer, "return a message", method);
  return methodKind === "unary"
    ? ({ ...common, stream: false, message } as Response)
    : ({ ...common, stream: true, message: single(message) } as Response);
}

async function* whole(answers: AsyncIterable<unknown>, method: DescMethod) {
  for await (const answer of answers) yield messageFrom(answer, "yield messages", method);
}

async function* single<T>(message: T): AsyncGenerator<T> {
  yield message;
}

/** @throws TypeError if an interceptor took the only message away. */
async function onlyMessage(
  { message }: StreamRequest | StreamResponse,
  method: DescMethod,
): Promise<Message> {
  for await (const one of message) return one;
  throw new TypeError(`an interceptor of ${methodPath(method)} left no message`);
}

function checkResponse(response: Response, method: DescMethod): Response {
  if (typeof response === "object" && response !== null && "message" in response) return response;
  throw wrongAnswer(method, "get a response from its interceptors", response);
}

/** An interceptor may answer with headers of its own. */
function adopt(given: Headers, target: Headers): void {
  if (given === target) return;
  for (const name of [...target.keys()]) target.delete(name);
  for (const [name, value] of given) target.append(name, value);
}
