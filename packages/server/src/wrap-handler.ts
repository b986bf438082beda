import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { show } from "@thrice/core";
import { interceptHandle } from "./intercept.js";
import { type Handle, type HandlerRules, serveOne } from "./serve-handler.js";
import { ServedAnswers } from "./served-answers.js";

/**
 * Puts the server's promises around a handler, and so makes the implementation that the wire serves. Methods are called on `handler`, so that a class works.
 *
 * @throws TypeError if a method of `handler` is something else than a function.
 */
export function wrapHandler(
  service: DescService,
  handler: object,
  rules: HandlerRules,
): Partial<ServiceImpl<DescService>> {
  // Without a prototype, as a method that is missing may be called like something that objects inherit.
  const wrapped: Record<string, Handle> = Object.create(null);
  for (const method of service.methods) {
    const handle = findHandle(service, method, handler);
    if (handle === undefined) continue;
    const { interceptors } = rules;
    const around =
      interceptors.length === 0 ? handle : interceptHandle(handle, method, interceptors);
    wrapped[method.localName] = wrapMethod(method, around, rules);
  }
  return wrapped as object;
}

function findHandle(
  service: DescService,
  { localName }: DescMethod,
  handler: object,
): Handle | undefined {
  const handle = (handler as Record<string, unknown>)[localName];
  if (handle === undefined || handle === Object.prototype[localName as "toString"])
    return undefined;
  if (typeof handle === "function") return handle.bind(handler) as Handle;
  throw new TypeError(
    `handler of ${service.typeName}: ${localName} must be a function, got ${show(handle)}`,
  );
}

function wrapMethod(method: DescMethod, handle: Handle, rules: HandlerRules): Handle {
  const many = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
  return many
    ? (request, context) => new ServedAnswers(handle, request, context, rules)
    : (request, context) => serveOne(handle, request, context, rules);
}
