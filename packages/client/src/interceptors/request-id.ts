import { randomUUID } from "node:crypto";
import type { Interceptor } from "@connectrpc/connect";
import { checkFunction, checkKnownOptions, show } from "@thrice/core";

/** Options of {@link requestId}. */
export interface RequestIdOptions {
  /** Name of the header. @defaultValue `"x-request-id"` */
  readonly header?: string | undefined;
  /** Makes an id. @defaultValue a random UUID */
  readonly makeId?: (() => string) | undefined;
}

/**
 * Gives each call an id in a header, unless it has one. Among `interceptors` the attempts of a call share it.
 *
 * @throws TypeError naming field and value of a wrong option.
 */
export function requestId(options: RequestIdOptions = {}): Interceptor {
  checkKnownOptions("options of requestId", options, known);
  const { header = "x-request-id", makeId = randomUUID } = options;
  if (typeof header !== "string" || !/^[a-z0-9-]+$/.test(header)) {
    throw new TypeError(`header must be a name in small letters, got ${show(header)}`);
  }
  checkFunction("makeId", makeId);
  return (next) => (request) => {
    if (!request.header.has(header)) request.header.set(header, makeId());
    return next(request);
  };
}

const known: ReadonlySet<string> = new Set(["header", "makeId"]);
