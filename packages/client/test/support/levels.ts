/** A client whose options stand at several levels. */
import type { MethodOptions } from "@thrice/client";
import type { Bench } from "./bench.js";
import type { ServedKinds } from "./serve-kinds.js";

/** What each level says; a level that is left out says nothing. */
export interface Levels {
  readonly advertised?: string;
  readonly client?: MethodOptions;
  readonly service?: MethodOptions;
  readonly method?: MethodOptions;
  readonly call?: MethodOptions;
}

export type Method = "unary" | "read" | "put";

/** Opens a client of `server`, and makes ready one call of the method `name`. */
export function openAt(bench: Bench, server: ServedKinds, levels: Levels, name: Method = "unary") {
  const { advertised = "", client = {}, service = {}, method = {} } = levels;
  const opened = bench.client({ url: `${server.url}${advertised}`, ...client });
  const stub = opened.newStub({ ...service, methods: { [name]: method } });
  return { ...opened, call: (text = "hi") => stub[name]({ text }, levels.call) };
}
