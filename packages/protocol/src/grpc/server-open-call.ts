import type { Clock, Logger } from "@thrice/core";
import type { HeaderList, ServerStream, StreamSink } from "@thrice/http2";
import { keepPeer, type PeerIdentity } from "../server/peer-identity.js";
import { parseGrpcTimeout } from "./grpc-timeout-parse.js";
import { ServerAnswer } from "./server-answer.js";
import { deadlineExceeded, noDeadline, ServerContext } from "./server-context.js";
import { unknownEncoding, wrongTimeout } from "./server-fault.js";
import { ManyRequestsCall } from "./server-many-requests.js";
import { OneRequestCall } from "./server-one-request.js";
import type { GrpcPlan } from "./server-plan.js";

/** What a server has for all its calls. */
export interface CallSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who sends the calls of a connection, where callers show certificates. */
  readonly peer?: PeerIdentity | undefined;
}

/** Begins a gRPC call and returns who takes what follows on its stream. A call that cannot be served is refused at once. */
export function openCall(
  stream: ServerStream,
  headers: HeaderList,
  endStream: boolean,
  plan: GrpcPlan,
  { clock, logger, peer }: CallSurroundings,
): StreamSink {
  const { method, maxTimeoutMs } = plan.route;
  const timeout = findTimeout(headers, plan);
  const timeoutMs = timeout === undefined ? noDeadline : parseGrpcTimeout(timeout);
  const boundMs = Math.min(timeoutMs ?? 0, maxTimeoutMs);
  const deadlineMs = boundMs === noDeadline ? noDeadline : clock.nowMs() + boundMs;
  const context = new ServerContext(method, headers, clock, deadlineMs);
  if (peer !== undefined) keepPeer(context.values, peer);
  const answer = new ServerAnswer(stream, plan, context, logger);
  answer.hasWholeRequest = endStream;
  const takesOne = method.methodKind === "unary" || method.methodKind === "server_streaming";
  if (timeoutMs === undefined) answer.fail(wrongTimeout(timeout ?? ""));
  else if (timeoutMs === 0) answer.fail(deadlineExceeded());
  else if (plan.unknownEncoding !== undefined) answer.fail(unknownEncoding(plan.unknownEncoding));
  if (takesOne || answer.hasEnded) {
    const call = new OneRequestCall(plan, answer);
    if (endStream) call.onRequestEnd();
    return call;
  }
  const call = new ManyRequestsCall(stream, plan, answer);
  if (endStream) call.onRequestEnd();
  call.start();
  return call;
}

/** The varying part of a list is the likelier place; the plan knows what the repeating part has. */
function findTimeout({ own }: HeaderList, plan: GrpcPlan): string | undefined {
  for (let i = 0; i < own.length; i += 2) {
    if (own[i] === "grpc-timeout") return own[i + 1];
  }
  return plan.sharedTimeout;
}
