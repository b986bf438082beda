/** Makes generic clients of a client: checks the options, and joins schema and cluster layer. */
import { create } from "@bufbuild/protobuf";
import { checkKnownOptions, type ServiceOptions, show } from "@thrice/core";
import type { Caller } from "../call/caller.js";
import {
  type CallSettings,
  checkAttemptInterceptors,
  checkMethodOptions,
  checkServiceKey,
  methodOptionNames,
  serviceKeyNames,
} from "../options/method-options.js";
import { createStub } from "../stub.js";
import { type GenericClient, type GenericOptions, ThriceGenericClient } from "./generic-client.js";
import {
  type ReflectionAnswer,
  type ReflectionVersion,
  reflectionService,
} from "./reflection-schema.js";
import { type AskReflection, reflectionSource } from "./reflection-source.js";
import { descriptorSource } from "./schema-source.js";

/** @throws TypeError or RangeError, as a rejection, naming the option that is wrong. */
export async function openGeneric(
  caller: Caller,
  client: CallSettings,
  options: GenericOptions,
): Promise<GenericClient> {
  checkKnownOptions("options of generic", options, known);
  const { descriptors, reflection, json = {}, ...service } = options;
  checkKnownOptions("json", json, knownOfJson);
  checkOptions(service);
  if (reflection !== undefined && reflection !== true) {
    throw new TypeError(`reflection must be true or left out, got ${show(reflection)}`);
  }
  if ((descriptors === undefined) === (reflection === undefined)) {
    throw new TypeError("generic needs either descriptors or reflection: true");
  }
  const source = reflection
    ? reflectionSource(askerOf(caller, client, service))
    : await descriptorSource(descriptors);
  const newStub = (found: Parameters<typeof createStub>[1]) =>
    createStub(caller, found, client, service);
  return new ThriceGenericClient(source, newStub, json);
}

/** A question is a call like others, to the servers of the service that is asked about; it has no side effects. */
function askerOf(caller: Caller, client: CallSettings, options: ServiceOptions): AskReflection {
  const attemptTimeoutMs = options.attemptTimeoutMs ?? client.attemptTimeoutMs ?? askTimeoutMs;
  const own = { ...options, group: "", version: "", attemptTimeoutMs };
  const { group = client.group ?? "", version = client.version ?? "" } = options;
  const stubs = new Map<string, ReturnType<typeof createStub>>();
  const stubOf = (reflection: ReflectionVersion, service: string | undefined) => {
    const key = `${reflection} ${service}`;
    const providersOf = service === undefined ? undefined : { service, group, version };
    const settings = providersOf === undefined ? client : { ...client, providersOf };
    const stub = stubs.get(key) ?? createStub(caller, reflectionService(reflection), settings, own);
    stubs.set(key, stub);
    return stub;
  };
  return async (reflection, question, service) => {
    const { input } = reflectionService(reflection).method.serverReflectionInfo ?? {};
    if (input === undefined) return undefined;
    const ask = stubOf(reflection, service).serverReflectionInfo;
    const request = create(input, question as never);
    const answers = ask?.(only(request) as never) as AsyncIterable<ReflectionAnswer>;
    for await (const answer of answers) return answer;
    return undefined;
  };
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** Found out now, and not with the first service. */
function checkOptions(options: ServiceOptions): void {
  checkMethodOptions(options);
  checkServiceKey(options);
  checkAttemptInterceptors(options);
}

/** Bound of one question to one server, unless something else is set, in milliseconds. */
const askTimeoutMs = 3_000;

const known: ReadonlySet<string> = new Set([
  ...methodOptionNames,
  ...serviceKeyNames,
  "attemptInterceptors",
  "descriptors",
  "reflection",
  "json",
]);

const knownOfJson: ReadonlySet<string> = new Set([
  "ignoreUnknownFields",
  "alwaysEmitImplicit",
  "enumAsInteger",
  "useProtoFieldName",
]);
