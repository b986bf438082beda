/** Our client as a peer of the interop tests. The first argument says what it should be like; it ends with its standard input. */
import { createInterface } from "node:readline";
import { BusinessError, type ClientOptions, ConnectError, newClient } from "@thrice/client";
import { createLogger } from "@thrice/core";
import { newGreetService } from "../gen/greet/greet_thrice.js";
import { newKindsService } from "../gen/kinds/kinds_thrice.js";
import type { Call, Failure, Outcome } from "./control.js";
import { tell } from "./tell.js";
import { askHealth, callWithoutStub, listServices } from "./thrice-builtin.js";
import { openRegistry, type RegistryInit } from "./thrice-registry.js";

/** What the driver wants; the rest goes to `newClient` as it is. */
export interface ThriceClientOptions extends Partial<ClientOptions> {
  readonly group?: string;
  readonly version?: string;
  /** Where it finds servers, if it is told no `url`. */
  readonly registry?: RegistryInit;
}

const { role, group, version, registry, ...settings } = JSON.parse(
  process.argv[2] ?? "{}",
) as ThriceClientOptions & { role: string };
const logger = createLogger(({ message }) => process.stderr.write(`${message}\n`));
// The bound of an attempt would hide the deadline of a call.
const client = newClient({
  attemptTimeoutMs: 0,
  ...settings,
  ...(registry !== undefined && { registries: [openRegistry(registry)] }),
  logger,
} as ClientOptions);
const kinds = newKindsService(client, {
  ...(group !== undefined && { group }),
  ...(version !== undefined && { version }),
});
const greeter = newGreetService(client);

type Asked = Call & { readonly id: number; readonly cancels?: boolean };
const running = new Map<number, AbortController>();

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line) as Asked;
  if (call.cancels) running.get(call.id)?.abort();
  else void make(call).then(tell);
}
process.exit();

async function make(call: Asked): Promise<Outcome> {
  const controller = new AbortController();
  running.set(call.id, controller);
  const texts: string[] = [];
  const met = { header: new Headers(), trailer: new Headers() };
  let error: Failure | undefined;
  try {
    const options = optionsFor(call, controller.signal, met);
    for await (const text of answers(call, options, texts)) texts.push(text);
  } catch (reason) {
    error = failureFrom(ConnectError.from(reason));
  }
  running.delete(call.id);
  const [header, trailer] = [record(met.header), record(met.trailer)];
  return { id: call.id, texts, header, trailer, ...(error !== undefined && { error }) };
}

function optionsFor(
  { header = {}, timeoutMs = 0, retries = -1 }: Asked,
  signal: AbortSignal,
  met: { header: Headers; trailer: Headers },
) {
  return {
    signal,
    attachments: header,
    onHeader: (headers: Headers) => {
      met.header = headers;
    },
    onTrailer: (trailers: Headers) => {
      met.trailer = trailers;
    },
    ...(timeoutMs > 0 && { timeoutMs }),
    ...(retries >= 0 && { retries }),
  };
}

async function* answers(
  call: Asked,
  options: ReturnType<typeof optionsFor>,
  got: readonly string[],
): AsyncGenerator<string> {
  const [first = ""] = call.texts;
  if (call.service === "health") yield* askHealth(client, call, options);
  else if (call.service === "reflection") yield* listServices(client, call, options);
  else if (call.service === "generic") yield* callWithoutStub(client, call, options);
  else if (call.service === "greet") {
    const method = call.method === "greetRetry" ? greeter.greetRetry : greeter.greet;
    yield (await method.call(greeter, { name: first }, options)).greeting;
  } else if (call.method === "unary") yield (await kinds.unary({ text: first }, options)).text;
  else if (call.method === "watch")
    for await (const { text } of kinds.watch({ text: first }, options)) yield text;
  else if (call.method === "collect")
    yield (await kinds.collect(questions(call, options.signal, got), options)).text;
  else
    for await (const { text } of kinds.chat(questions(call, options.signal, got), options))
      yield text;
}

/** The texts of a call, each after the answer to the one before, if it should be so. */
async function* questions(
  { texts, awaitsAnswers = false, holdsOpen = false }: Asked,
  signal: AbortSignal,
  got: readonly string[],
): AsyncGenerator<{ text: string }> {
  for (const [at, text] of texts.entries()) {
    while (awaitsAnswers && got.length < at && !signal.aborted)
      await new Promise((resolve) => setImmediate(resolve));
    yield { text };
  }
  if (holdsOpen) await new Promise(() => undefined);
}

function failureFrom(error: ConnectError): Failure {
  return {
    code: BusinessError.is(error) ? 17 : error.code,
    message: error.rawMessage,
    details: error.details.map((detail) =>
      "type" in detail
        ? { type: detail.type, value: Buffer.from(detail.value).toString("base64") }
        : { type: detail.desc.typeName, value: "" },
    ),
    metadata: record(error.metadata),
  };
}

function record(headers: Headers): Record<string, string[]> {
  return Object.fromEntries([...headers].map(([name, value]) => [name, [value]]));
}
