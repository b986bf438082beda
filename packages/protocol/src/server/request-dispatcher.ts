/** Gives each HTTP/2 request to what serves it. One for all connections of a server. */
import type { Duplex } from "node:stream";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { logQuietly } from "@thrice/core";
import {
  type ConnectionEnd,
  type HeaderList,
  PreparedHeaders,
  type ServerListener,
  type ServerStream,
  type StreamSink,
} from "@thrice/http2";
import { type CallSurroundings, openCall } from "../grpc/server-open-call.js";
import type { Cors } from "./cors.js";
import type { PeerIdentity } from "./peer-identity.js";
import { planRequest, type RequestPlan } from "./request-plan.js";
import type { Routes } from "./routes.js";
import { answerMiss, answerUniversal } from "./universal-answer.js";
import { type Respond, UniversalStream } from "./universal-stream.js";

export class RequestDispatcher implements ServerListener {
  readonly #routes: Routes;
  readonly #surroundings: CallSurroundings;
  readonly #cors: Cors | undefined;
  /** Told of each connection whose socket is closed. */
  readonly onSocketClose: (socket: Duplex) => void;

  constructor(
    routes: Routes,
    surroundings: CallSurroundings,
    onSocketClose: (socket: Duplex) => void,
    cors?: Cors,
  ) {
    this.#routes = routes;
    this.#surroundings = surroundings;
    this.onSocketClose = onSocketClose;
    this.#cors = cors;
  }

  /** One for the connections of a known caller. */
  forPeer(peer: PeerIdentity): RequestDispatcher {
    const surroundings = { ...this.#surroundings, peer };
    return new RequestDispatcher(this.#routes, surroundings, this.onSocketClose, this.#cors);
  }

  onStream(stream: ServerStream, headers: HeaderList, endStream: boolean): StreamSink {
    const plan = planRequest(headers, this.#routes);
    if (plan.kind !== "miss" && plan.expectsContinue && !endStream) {
      stream.sendInformational(goOn);
    }
    if (plan.kind === "grpc") return openCall(stream, headers, endStream, plan, this.#surroundings);
    const sink = new UniversalStream(stream, this.#surroundings.peer);
    if (endStream) sink.onRequestEnd();
    const respond = respondTo(plan);
    sink.serve(headers, this.#cors?.around(respond) ?? respond).catch((reason: unknown) => {
      logQuietly(() =>
        this.#surroundings.logger.debug("request broken off", headers.get(":path"), reason),
      );
    });
    return sink;
  }

  onClose(end: ConnectionEnd): void {
    if (end.kind === "peer-violation" || (end.kind === "lost" && end.error !== undefined)) {
      logQuietly(() => this.#surroundings.logger.debug("connection failed", end));
    }
  }

  onThrown(error: unknown): void {
    logQuietly(() => this.#surroundings.logger.debug("request failed", error));
  }
}

const goOn = new PreparedHeaders([":status", "100"]);

function respondTo(plan: Exclude<RequestPlan, { kind: "grpc" }>): Respond {
  if (plan.kind === "universal") return (request) => answerUniversal(plan.route, request);
  return async ({ header }): Promise<UniversalServerResponse> =>
    answerMiss(plan.isGrpc, header.get("content-type") ?? "", plan.reason);
}
