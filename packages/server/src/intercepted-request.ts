/**
 * A call's request as interceptors see it.
 *
 * Hot path: what costs something to make is made when somebody looks. Its fields are the request's own, as interceptors copy
 * requests by `{ ...request }`, which looks at all; and they share their getters, as V8 keeps a hidden class, and all that it
 * reaches, until the next full collection for each object that has getters of its own (measured: four times the memory, and
 * ten microseconds a call).
 */
import type { DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext, StreamRequest, UnaryRequest } from "@connectrpc/connect";

type Request = UnaryRequest | StreamRequest;

const source = Symbol("context");

interface Sourced {
  readonly [source]: HandlerContext;
}

/** Makes it; `message` is one, or a stream. */
export function interceptedRequest(
  method: DescMethod,
  message: unknown,
  context: HandlerContext,
): Request {
  const request = {
    stream: method.methodKind !== "unary",
    service: method.parent,
    method,
    message,
    [source]: context,
  };
  for (const [name, field] of lazyFields) Object.defineProperty(request, name, field);
  return request as unknown as Request;
}

function lazily(read: (context: HandlerContext) => unknown): PropertyDescriptor {
  return {
    enumerable: true,
    configurable: true,
    get(this: Sourced) {
      return read(this[source]);
    },
  };
}

const lazyFields = Object.entries({
  requestMethod: lazily(({ requestMethod }) => requestMethod),
  url: lazily(({ url }) => url),
  signal: lazily(({ signal }) => signal),
  header: lazily(({ requestHeader }) => requestHeader),
  contextValues: lazily(({ values }) => values),
} satisfies Partial<Record<keyof UnaryRequest, PropertyDescriptor>>);
