import {
  Code,
  ConnectError,
  type ContextKey,
  createContextKey,
  type Transport,
} from "@connectrpc/connect";
import {
  type CallOptions,
  type ClientCounters,
  checkFunction,
  checkKnownOptions,
  type MethodOptions,
  maxTimerMs,
} from "@thrice/core";
import { Caller, type CallRequest } from "./call/caller.js";
import type { CloseOptions } from "./call/drain.js";
import { type ClientOptions, resolveClientOptions } from "./options/client-options.js";
import {
  type CallSettings,
  checkMethodOptions,
  layerSettings,
  methodOptionNames,
} from "./options/method-options.js";

/** A Connect `Transport` with the cluster layer behind it. */
export interface ThriceTransport extends Transport {
  /** As `setServiceConfig` of a client. @throws TypeError or RangeError naming path, bound and value. */
  setServiceConfig(config: string | object | undefined): void;
  /** As `counters` of a client. */
  counters(): ClientCounters;
  /** As `close` of a client. @throws TypeError or RangeError naming field, bound and value of a wrong option. */
  close(options?: CloseOptions): Promise<void>;
}

/** What Connect has no option of its own for. */
export interface ConnectCallOptions extends MethodOptions, Pick<CallOptions, "onExplain"> {}

/** Context key that carries Thrice's options for one call of a Connect client. */
export const callOptionsKey: ContextKey<ConnectCallOptions> = createContextKey<ConnectCallOptions>(
  {},
  { description: "Thrice options of one call" },
);

/**
 * Makes a transport for clients that Connect's `createClient` makes. Connect's `timeoutMs` bounds the whole
 * call; 0 or less lifts the bound.
 *
 * @throws TypeError or RangeError naming field, bound and value of a wrong option.
 */
export function createThriceTransport(options: ClientOptions): ThriceTransport {
  const resolved = resolveClientOptions(options);
  const caller = new Caller(resolved);
  const request = (
    method: CallRequest["method"],
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: ConstructorParameters<typeof Headers>[0] | undefined,
    contextValues: CallRequest["contextValues"],
  ): CallRequest => {
    const perCall = contextValues?.get(callOptionsKey) ?? {};
    const settings = orInvalidArgument(() =>
      settingsFrom(resolved.settings, perCall, timeoutMs, header),
    );
    return { method, settings, signal, contextValues, onExplain: perCall.onExplain };
  };
  return {
    unary: async (method, signal, timeoutMs, header, input, contextValues) => {
      const response = await caller.unary(
        request(method, signal, timeoutMs, header, contextValues),
        input,
      );
      return response as never;
    },
    stream: async (method, signal, timeoutMs, header, input, contextValues) => {
      const response = await caller.stream(
        request(method, signal, timeoutMs, header, contextValues),
        input,
      );
      return response as never;
    },
    setServiceConfig: (config) => caller.setServiceConfig(config),
    counters: () => caller.counters(),
    close: (closeOptions) => caller.close(closeOptions),
  };
}

function settingsFrom(
  base: CallSettings,
  perCall: ConnectCallOptions,
  timeoutMs: number | undefined,
  header: ConstructorParameters<typeof Headers>[0] | undefined,
): CallSettings {
  checkKnownOptions("callOptionsKey", perCall, optionNames);
  if (perCall.onExplain !== undefined) checkFunction("onExplain", perCall.onExplain);
  const connect: MethodOptions = {
    ...(timeoutMs !== undefined && {
      timeoutMs: timeoutMs > maxTimerMs ? 0 : Math.max(0, timeoutMs),
    }),
    ...(header !== undefined && { attachments: new Headers(header) }),
  };
  return layerSettings(
    layerSettings(base, checkMethodOptions(connect)),
    checkMethodOptions(perCall),
  );
}

const optionNames: ReadonlySet<string> = new Set([...methodOptionNames, "onExplain"]);

/** Users of Connect catch `ConnectError`, whatever was wrong. */
function orInvalidArgument<T>(resolve: () => T): T {
  try {
    return resolve();
  } catch (cause) {
    throw new ConnectError(
      (cause as Error).message,
      Code.InvalidArgument,
      undefined,
      undefined,
      cause,
    );
  }
}
