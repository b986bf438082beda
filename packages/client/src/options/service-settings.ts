import type { DescService } from "@bufbuild/protobuf";
import {
  type CallOptions,
  checkFunction,
  checkKnownOptions,
  checkShape,
  type MethodOptions,
  type ServiceOptions,
} from "@thrice/core";
import {
  type CallSettings,
  checkAttemptInterceptors,
  checkMethodOptions,
  checkServiceKey,
  layerSettings,
  methodOptionNames,
  serviceKeyNames,
} from "./method-options.js";

/**
 * What is in force for each method of a service, by local name, before a call adds to it.
 *
 * @throws TypeError or RangeError naming field, bound and value, also for a method that does not exist.
 */
export function resolveServiceSettings(
  service: DescService,
  client: CallSettings,
  options: ServiceOptions = {},
): ReadonlyMap<string, CallSettings> {
  const where = `options of ${service.typeName}`;
  checkKnownOptions(where, options, serviceOptionNames);
  const base = layerSettings(client, {
    ...checkMethodOptions(options),
    ...checkServiceKey(options),
    ...checkAttemptInterceptors(options),
  });
  const { methods = {} } = options;
  const names = service.methods.map(({ localName }) => localName);
  checkKnownOptions(`${where}: methods`, methods, new Set(names));
  return new Map(
    names.map((name) => [
      name,
      // Own properties only: a method may be called like something that every object inherits.
      layerSettings(base, Object.hasOwn(methods, name) ? checkOne(where, name, methods[name]) : {}),
    ]),
  );
}

/** Adds what one call says. @throws TypeError or RangeError naming field, bound and value. */
export function resolveCallSettings(
  base: CallSettings,
  options: CallOptions | undefined,
): CallSettings {
  if (options === undefined) return base;
  checkKnownOptions("options of the call", options, callOptionNames);
  const { signal, onHeader, onTrailer, onExplain, contextValues } = options;
  if (signal !== undefined) checkShape("signal", signal, "an AbortSignal", signalMethods);
  if (onHeader !== undefined) checkFunction("onHeader", onHeader);
  if (onTrailer !== undefined) checkFunction("onTrailer", onTrailer);
  if (onExplain !== undefined) checkFunction("onExplain", onExplain);
  if (contextValues !== undefined)
    checkShape("contextValues", contextValues, "context values", ["get", "set"]);
  return layerSettings(base, checkMethodOptions(options));
}

function checkOne(where: string, name: string, options: MethodOptions | undefined): CallSettings {
  if (options === undefined) return {};
  checkKnownOptions(`${where}: methods.${name}`, options, methodOptionNames);
  return checkMethodOptions(options);
}

const signalMethods = ["addEventListener", "removeEventListener", "throwIfAborted"];

const serviceOptionNames: ReadonlySet<string> = new Set([
  ...methodOptionNames,
  ...serviceKeyNames,
  "attemptInterceptors",
  "methods",
]);

const callOptionNames: ReadonlySet<string> = new Set([
  ...methodOptionNames,
  "signal",
  "onHeader",
  "onTrailer",
  "contextValues",
  "onExplain",
]);
