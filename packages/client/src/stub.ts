import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { StreamResponse } from "@connectrpc/connect";
import { type CallOptions, type ServiceOptions, show } from "@thrice/core";
import { AnswerStream } from "./call/answer-stream.js";
import type { Caller, CallRequest, Init } from "./call/caller.js";
import type { CallSettings } from "./options/method-options.js";
import { resolveCallSettings, resolveServiceSettings } from "./options/service-settings.js";

/** A method of a stub; what goes in and comes out depends on its kind. */
export type StubMethod = (input: never, options?: CallOptions) => unknown;

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
    onExplain: options?.onExplain,
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
  const { header, trailer, message } = await response;
  options?.onHeader?.(header);
  let only: Message | undefined;
  for await (const each of message) only = each;
  options?.onTrailer?.(trailer);
  return only;
}

/** Starts a call whose answers can be read, and left, at any time. */
function readMany(
  caller: Caller,
  request: CallRequest,
  inits: AsyncIterable<Init>,
  options: CallOptions | undefined,
): AsyncIterableIterator<Message> {
  const left = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, left.signal]) : left.signal;
  return new AnswerStream(caller.stream({ ...request, signal }, inits), left, options);
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
