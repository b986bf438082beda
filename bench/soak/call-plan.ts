/** What a call of the soak does, drawn at random. */
import type { CallOptions } from "@thrice/client";

/** Name of a method on the stub. */
export type Method = "read" | "put" | "book" | "watch" | "collect" | "chat";

export const methods: readonly Method[] = ["read", "put", "book", "watch", "collect", "chat"];

/** What may be asked of a handler as its status; 100 is an error that is no status. */
export const plainError = 100;
const failures = [3, 5, 8, 9, 10, 13, 14, 16, plainError];

export interface CallPlan {
  /** Number of the call; none has it twice. */
  readonly call: number;
  readonly method: Method;
  /** Bytes of each message of the request. */
  readonly lengths: readonly number[];
  /** Answers wanted of a stream that is only read. */
  readonly count: number;
  /** What the server waits for before each answer, in milliseconds. */
  readonly delayMs: number;
  /** Status that the handler is to fail with; 0 for none. */
  readonly failure: number;
  readonly options: Pick<CallOptions, "retries" | "timeoutMs" | "attemptTimeoutMs">;
  /** When the caller cancels, in milliseconds after the start; undefined for never. */
  readonly cancelAfterMs: number | undefined;
  /** After how many answers the caller leaves the stream; undefined for never. */
  readonly leaveAfter: number | undefined;
  /** How often servers may execute the call at most. */
  readonly maxExecutions: number;
}

/** How the client that makes the call goes about it. */
export interface CallerTraits {
  readonly hedges: boolean;
  /** Whether some calls turn retries off, and so fail with the connection that they are on. */
  readonly canGiveUp: boolean;
  /** Whether both ends may talk at the same time. */
  readonly canChat: boolean;
}

/** Draws a call. `random` draws from 0 up to, but not including, 1. */
export function drawCall(call: number, traits: CallerTraits, random: () => number): CallPlan {
  const chance = (share: number) => random() < share;
  const below = (count: number) => Math.floor(random() * count);
  const method = drawMethod(traits, random);
  const isStream = method === "watch" || method === "collect" || method === "chat";
  const sendsMany = method === "collect" || method === "chat";
  const lengths = Array.from({ length: sendsMany ? below(8) : 1 }, () => drawLength(random));
  const options = drawOptions(traits, random);
  const readsMany = method === "watch" || method === "chat";
  return {
    call,
    method,
    lengths,
    count: method === "watch" ? below(20) : 0,
    delayMs: chance(0.2) ? below(isStream ? 15 : 60) : 0,
    failure: chance(0.06) && lengths.length > 0 ? (failures[below(failures.length)] ?? 0) : 0,
    options,
    cancelAfterMs: chance(0.08) ? below(40) : undefined,
    leaveAfter: readsMany && chance(0.1) ? below(4) : undefined,
    maxExecutions: executionsAllowed(method, options.retries, traits),
  };
}

function drawOptions({ canGiveUp }: CallerTraits, random: () => number): CallPlan["options"] {
  const below = (count: number) => Math.floor(random() * count);
  const timeoutMs = random() < 0.3 ? 1 + below(50) : 500 + below(4_000);
  return {
    ...(random() < 0.3 && { retries: canGiveUp ? below(4) : 1 + below(3) }),
    ...(random() < 0.3 && { timeoutMs }),
    ...(random() < 0.1 && { attemptTimeoutMs: 100 + below(900) }),
  };
}

/** Without a word of the caller, only what the proto says may be repeated is executed again. */
function executionsAllowed(
  method: Method,
  retries: number | undefined,
  { hedges }: CallerTraits,
): number {
  const extra = hedges ? 1 : 0;
  if (retries !== undefined) return 1 + retries + extra;
  return method === "read" || method === "put" ? 1 + 2 + extra : 1;
}

function drawMethod({ canChat }: CallerTraits, random: () => number): Method {
  const drawn = random();
  if (drawn < 0.3) return "read";
  if (drawn < 0.4) return "put";
  if (drawn < 0.6) return "book";
  if (drawn < 0.75) return "watch";
  return drawn < 0.85 || !canChat ? "collect" : "chat";
}

function drawLength(random: () => number): number {
  const drawn = random();
  const upTo = drawn < 0.7 ? 300 : drawn < 0.95 ? 5_000 : drawn < 0.99 ? 70_000 : 400_000;
  return Math.floor(random() * upTo);
}
