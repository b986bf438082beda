/** What a program has to bring along to take part: a server and a client of `echo.EchoService`. */
import type { Style } from "../process/commands.js";
import type { Behaving } from "./behaviour.js";

/** A server that listens. */
export interface StackServer {
  readonly port: number;
  /** Takes no more calls, lets those under way finish, and resolves when it is done. */
  stop(): Promise<void>;
}

export type StartServer = (at: {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly behaving: Behaving;
}) => Promise<StackServer>;

/** What limits one call. */
export interface CallLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A client. `unary` resolves with the code that the call ended with, as gRPC numbers them: 0 is success. Never rejects. */
export interface StackClient {
  unary(delayMs: number, limits: CallLimits): Promise<number>;
}

/** Takes what a client has to tell of itself. */
export interface Listener {
  /** The budget paid for a retry or a hedge. */
  onCharged(): void;
  onEvent(text: string): void;
}

export type StartClient = (to: {
  /** `host:port` each. */
  readonly addresses: readonly string[];
  readonly style: Style;
  readonly listener: Listener;
}) => StackClient;
