/**
 * All that generated code imports from Thrice: types and two functions. It never changes in a way
 * that old generated code could not survive; such a change becomes `codegen-v2`.
 */
export type { HandlerContext } from "@connectrpc/connect";
export type { CallOptions, ServiceOptions } from "../call-options.js";
export { newStub, type StubHost } from "./new-stub.js";
export { type HandlerOptions, registerHandler, type ServiceHost } from "./register-handler.js";
