/** Calls methods by name, with JSON in and out, for programs that have no generated code of what they call. */
import type { DescMethod, DescService, JsonValue, Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { cancelError } from "@thrice/cluster";
import type { CallOptions, ServiceOptions } from "@thrice/core";
import type { StubMethod } from "../stub.js";
import { JsonAnswers, type OpenedAnswers } from "./json-answers.js";
import { type GenericJsonOptions, JsonMessages, nameOf } from "./json-messages.js";
import type { SchemaSource } from "./schema-source.js";

/** JSON of requests: one message, or, of a method that takes a stream, many. */
export type GenericRequests = JsonValue | Iterable<JsonValue> | AsyncIterable<JsonValue>;

/** Where the schema comes from, how JSON is treated, and options for all calls. */
export interface GenericOptions extends Omit<ServiceOptions, "methods"> {
  /** A descriptor set: its bytes, or the path of its file. Needs all imports. This or `reflection` is needed. */
  readonly descriptors?: Uint8Array | string | undefined;
  /** Asks the servers themselves, by `grpc.reflection.v1` or `v1alpha`, service by service. */
  readonly reflection?: true | undefined;
  /** How JSON is read and written. @defaultValue as `@bufbuild/protobuf` does */
  readonly json?: GenericJsonOptions | undefined;
}

/** Calls methods by name: `greet.GreetService/Greet`. Everything beneath is as with generated stubs. */
export interface GenericClient {
  /**
   * Calls a method that answers with one message. Rejects with a `ConnectError`: `unimplemented` if the schema has no such
   * service or method, or if the method answers with a stream; `invalid_argument` if the JSON does not fit.
   *
   * @throws TypeError or RangeError, as a rejection, if an option is wrong.
   */
  call(method: string, request: GenericRequests, options?: CallOptions): Promise<JsonValue>;
  /** Calls any method, and gives its answers one by one. Fails as `call` does, when it is read. */
  stream(
    method: string,
    request: GenericRequests,
    options?: CallOptions,
  ): AsyncIterableIterator<JsonValue>;
  /** What the schema says of a method. Rejects as `call` does. */
  method(method: string): Promise<DescMethod>;
  /** Full names of the services there are; with reflection, of a server that answers. */
  services(): Promise<readonly string[]>;
}

type Stub = Readonly<Record<string, StubMethod>>;

/** Makes the stub of a service that was found. */
export type StubMaker = (service: DescService) => Stub;

/** A method that was found, with what calls it. */
interface Target {
  readonly method: DescMethod;
  readonly json: JsonMessages;
  readonly start: (input: unknown, options: CallOptions | undefined) => unknown;
}

export class ThriceGenericClient implements GenericClient {
  readonly #source: SchemaSource;
  readonly #newStub: StubMaker;
  readonly #json: GenericJsonOptions;
  readonly #stubs = new WeakMap<DescService, Stub>();
  readonly #targets = new Map<string, Promise<Target>>();

  constructor(source: SchemaSource, newStub: StubMaker, json: GenericJsonOptions) {
    this.#source = source;
    this.#newStub = newStub;
    this.#json = json;
  }

  async call(name: string, request: GenericRequests, options?: CallOptions): Promise<JsonValue> {
    const { method, json, start } = await this.#targetFor(name, options);
    if (answersMany(method)) {
      const text = `${nameOf(method)} answers with a stream; call it with stream()`;
      throw new ConnectError(text, Code.Unimplemented);
    }
    const answer = await start(inputOf(method, json, request), options);
    if (answer !== undefined) return json.write(answer as Message);
    throw new ConnectError(`${nameOf(method)} answered with nothing`, Code.Unimplemented);
  }

  stream(name: string, request: GenericRequests, options?: CallOptions) {
    return new JsonAnswers(this.#open(name, request, options));
  }

  async method(name: string): Promise<DescMethod> {
    return (await this.#target(name)).method;
  }

  services(): Promise<readonly string[]> {
    return this.#source.names();
  }

  async #open(
    name: string,
    request: GenericRequests,
    options: CallOptions | undefined,
  ): Promise<OpenedAnswers> {
    const { method, json, start } = await this.#targetFor(name, options);
    const input = inputOf(method, json, request);
    if (answersMany(method)) {
      return { json, answers: start(input, options) as AsyncIterableIterator<Message> };
    }
    const left = new AbortController();
    const { signal = left.signal } = options ?? {};
    const bounded = { ...options, signal: AbortSignal.any([signal, left.signal]) };
    return { json, answers: onlyAnswer(start(input, bounded) as Promise<Message>, left) };
  }

  /** Others may wait for the same schema, so that a caller who leaves only waits no longer. */
  #targetFor(name: string, options: CallOptions | undefined): Promise<Target> {
    const target = this.#target(name);
    const { signal } = options ?? {};
    return signal instanceof AbortSignal ? unlessAborted(target, signal) : target;
  }

  #target(name: string): Promise<Target> {
    const before = this.#targets.get(name);
    if (before !== undefined) return before;
    const found = this.#find(name);
    this.#targets.set(name, found);
    found.catch(() => this.#targets.delete(name));
    return found;
  }

  async #find(name: string): Promise<Target> {
    const [, typeName = "", methodName = ""] = /^\/?([\w.]+)[/.](\w+)$/.exec(name) ?? [];
    if (typeName === "") {
      const text = `method must be like "greet.GreetService/Greet", got ${JSON.stringify(name)}`;
      throw new ConnectError(text, Code.InvalidArgument);
    }
    const { service, registry } = await this.#source.find(typeName);
    const method = service.methods.find((candidate) => candidate.name === methodName);
    if (method === undefined) {
      const names = service.methods.map((candidate) => candidate.name).join(", ");
      const text = `${typeName} has no method ${methodName}; it has ${names || "none"}`;
      throw new ConnectError(text, Code.Unimplemented);
    }
    const stub = this.#stubOf(service);
    return {
      method,
      json: new JsonMessages(method, registry, this.#json),
      start: (input, options) => stub[method.localName]?.(input as never, options),
    };
  }

  #stubOf(service: DescService): Stub {
    const stub = this.#stubs.get(service) ?? this.#newStub(service);
    this.#stubs.set(service, stub);
    return stub;
  }
}

/** @throws ConnectError with `invalid_argument` if the JSON, or its shape, does not fit the method. */
function inputOf(method: DescMethod, json: JsonMessages, request: GenericRequests): unknown {
  const takesOne = method.methodKind === "unary" || method.methodKind === "server_streaming";
  if (takesOne) return json.read(request as JsonValue);
  if (isMany(request)) return json.readAll(request);
  const text = `${nameOf(method)} takes a stream: hand over a list of messages, or an async iterable`;
  throw new ConnectError(text, Code.InvalidArgument);
}

function isMany(
  request: GenericRequests,
): request is Iterable<JsonValue> | AsyncIterable<JsonValue> {
  return (
    typeof request === "object" &&
    request !== null &&
    (Symbol.iterator in request || Symbol.asyncIterator in request)
  );
}

function answersMany({ methodKind }: DescMethod): boolean {
  return methodKind === "server_streaming" || methodKind === "bidi_streaming";
}

/** @throws ConnectError, as a rejection, with `canceled` once `signal` aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(cancelError(signal.reason));
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/** The one answer of a call as a stream; leaving it ends the call. */
function onlyAnswer(
  answer: Promise<Message | undefined>,
  left: AbortController,
): AsyncIterableIterator<Message> {
  answer.catch(() => {}); // reported to whoever reads
  let isRead = false;
  const iterator: AsyncIterableIterator<Message> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const value = isRead ? undefined : await answer;
      isRead = true;
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    async return() {
      left.abort();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}
