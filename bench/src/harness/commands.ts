import type { Certificate } from "../contestant.js";
import type { Holdings } from "./holdings.js";
import type { Sample } from "./stats.js";

/** What the main process asks of the two others, one thing at a time. */
export type Command =
  | { readonly do: "serve"; readonly contestant: string; readonly tls: Certificate | undefined }
  | {
      readonly do: "connect";
      readonly contestant: string;
      readonly tls: Certificate | undefined;
      readonly port: number;
    }
  | { readonly do: "warm up"; readonly scenario: string; readonly maxSeconds: number }
  | { readonly do: "load"; readonly seconds: number }
  | { readonly do: "cut off"; readonly calls: number; readonly seed: number }
  | { readonly do: "open"; readonly port: number; readonly count: number }
  | { readonly do: "count" }
  | { readonly do: "cpu" };

/** What is answered to each. */
export interface Answers {
  /** The port. */
  readonly serve: number;
  readonly connect: null;
  /** Seconds that it took. */
  readonly "warm up": number;
  readonly load: Sample;
  /** Calls that failed. */
  readonly "cut off": number;
  readonly open: null;
  readonly count: Holdings;
  /** Processor time since the process started. Units: microseconds. */
  readonly cpu: number;
}

/** An answer on its way back. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };
