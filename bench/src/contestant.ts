import type { MessageInitShape } from "@bufbuild/protobuf";
import type { EchoRequestSchema, EchoResponse } from "./gen/echo/echo_pb.js";

/** What a contestant may be able to do; a scenario names what it needs. */
export type Feature = "unary" | "download" | "upload" | "ping-pong" | "tls" | "idle" | "limits";

/** A certificate of our own and its key, as PEM. It names `localhost` and 127.0.0.1. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What limits one call. */
export interface CallLimits {
  readonly signal?: AbortSignal;
  /** Units: milliseconds. */
  readonly timeoutMs?: number;
}

/** A request as users write it; each contestant makes the message of it, so that all pay for that. */
export type EchoInit = MessageInitShape<typeof EchoRequestSchema>;

/**
 * The calls of `echo.EchoService` as the load generator makes them. It calls one of them at a time per lane,
 * and takes a rejection as the end of the measurement.
 */
export interface EchoClient {
  unary(request: EchoInit, limits?: CallLimits): Promise<EchoResponse>;
  /** Reads a stream of `request.count` messages and answers with the number that came. */
  download(request: EchoInit): Promise<number>;
  /** Sends `count` messages and answers with the number that the server has read. */
  upload(request: EchoInit, count: number): Promise<number>;
  /** Sends `rounds` messages, each when the one before is answered; answers with the number of answers. */
  pingPong(request: EchoInit, rounds: number): Promise<number>;
}

/** Serves `echo.EchoService` on a free port of 127.0.0.1, with TLS if there is a certificate, and answers with the port. */
export type Serve = (tls: Certificate | undefined) => Promise<number>;

/** Makes a client of the server at that port. */
export type Connect = (port: number, tls: Certificate | undefined) => Promise<EchoClient>;

/**
 * One implementation: a module in `contestants/` that exports these two, and a line in `contestants.ts`. Each
 * runs in a process of its own, which is killed afterwards, so there is nothing to close.
 */
export interface Contestant {
  readonly serve: Serve;
  readonly connect: Connect;
}
