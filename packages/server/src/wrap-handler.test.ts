import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { systemClock } from "@thrice/core";
import { memoryLogger } from "@thrice/core/testing";
import { wrapHandler } from "./wrap-handler.js";

/** A service whose methods have these names. */
function service(...names: string[]): DescService {
  const methods = names.map((localName) => ({ localName, methodKind: "unary" }) as DescMethod);
  return { typeName: "odd.Service", methods } as unknown as DescService;
}

describe("wrapHandler", () => {
  const rules = {
    exposeErrors: false,
    logger: memoryLogger(),
    clock: systemClock,
    stopRetryChains: true,
    linkCalls: true,
    hasPlaces: false,
    interceptors: [],
  };

  test("takes nothing that every object inherits for a method", () => {
    const wrapped = wrapHandler(service("hasOwnProperty", "isPrototypeOf"), {}, rules);
    expect("hasOwnProperty" in wrapped).toBe(false);
    expect("isPrototypeOf" in wrapped).toBe(false);
  });

  test("takes a method of the handler's own that is called like an inherited one", () => {
    const handler = { hasOwnProperty: () => ({}) };
    expect(Object.keys(wrapHandler(service("hasOwnProperty"), handler as object, rules))).toEqual([
      "hasOwnProperty",
    ]);
  });
});
