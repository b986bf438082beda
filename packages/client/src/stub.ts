import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { StreamResponse } from "@connectrpc/connect";
import { type CallOptions, type ServiceOptions, show } from "@thrice/core";
import type { Caller, CallRequest, Init } from "./call/caller.js";
import type { CallSettings } from "./options/method-options.js";
import { resolveCallSettings, resolveServiceSettings } from "./options/service-settings.js";

type StubMethod = (input: never, options?: CallOptions) => unknown;

/**
 * Makes an object with one function per method of `service`, by local name. Wrong options of a call throw
 * before anything is sent; a failed call rejects.
 */
export function createStub(
  caller: Caller,
  service: DescService,
  client: CallSettings,
  options: ServiceOptions | undefined,
): Record<string, StubMethod> {
  const settings = resolveServiceSettings(service, client, options);
  return Object.fromEntries(
    service.methods.map((method) => [method.localName, createMethod(caller, method, settings)]),
  );
}

function createMethod(
  caller: Caller,
  method: DescMethod,
  settings: ReadonlyMap<string, CallSettings>,
): StubMethod {
  const base = settings.get(method.localName) ?? {};
  const request = (options: CallOptions | undefined): CallRequest => ({
    method,
    settings: resolveCallSettings(base, options),
    signal: options?.signal,
    contextValues: options?.contextValues,
  });
  switch (method.methodKind) {
    case "unary":
      return (init: Init, options) => caller.unaryMessage(request(options), init, options);
    case "client_streaming":
      return (inits: AsyncIterable<Init>, options) =>
        takeOnly(caller.stream(request(options), checkInits(method, inits)), options);
    case "server_streaming":
      return (init: Init, options) => readMany(caller, request(options), single(init), options);
    case "bidi_streaming":
      return (inits: AsyncIterable<Init>, options) =>
        readMany(caller, request(options), checkInits(method, inits), options);
  }
}

async function takeOnly(
  response: Promise<StreamResponse>,
  options: CallOptions | undefined,
): Promise<Message | undefined> {
  let only: Message | undefined;
  for await (const message of readResponse(response, options)) only = message;
  return only;
}

/**
 * Starts a call and reads its answers. Leaving cancels the call at once, also before the first answer, which a
 * generator alone would wait for.
 */
function readMany(
  caller: Caller,
  request: CallRequest,
  inits: AsyncIterable<Init>,
  options: CallOptions | undefined,
): AsyncIterableIterator<Message> {
  const left = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, left.signal]) : left.signal;
  const response = caller.stream({ ...request, signal }, inits);
  response.catch(() => {}); // reported to whoever reads; a stream that nobody reads has nobody to tell
  const answers = readResponse(response, options);
  const done = { done: true, value: undefined } as const;
  return {
    next: async () => {
      try {
        return await answers.next();
      } catch (reason) {
        const wasLeft = left.signal.aborted;
        left.abort(); // what broke may have been a callback, with the stream still open
        if (wasLeft) return done;
        throw reason;
      }
    },
    return: async () => {
      left.abort();
      await answers.return?.();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* readResponse(
  response: Promise<StreamResponse>,
  options: CallOptions | undefined,
): AsyncIterableIterator<Message> {
  const { header, trailer, message } = await response;
  options?.onHeader?.(header);
  yield* message;
  options?.onTrailer?.(trailer);
}

async function* single(init: Init): AsyncIterable<Init> {
  yield init;
}

/** @throws TypeError unless `inits` can be read as a stream. */
function checkInits({ parent, name }: DescMethod, inits: AsyncIterable<Init>): AsyncIterable<Init> {
  if (typeof inits?.[Symbol.asyncIterator] === "function") return inits;
  const call = `${parent.typeName}/${name}`;
  throw new TypeError(`requests of ${call} must be an async iterable, got ${show(inits)}`);
}
