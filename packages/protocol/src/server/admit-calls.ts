/** Lets the calls in that Connect's handlers serve. A refusal goes out as an error in the caller's own protocol. */
import type { DescMethod } from "@bufbuild/protobuf";
import { createContextValues, type Interceptor } from "@connectrpc/connect";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import type { CallGate, CallPlace } from "./call-gate.js";
import { keepPlace, keptPlace } from "./take-place.js";

/** Asks for a place for calls that have none yet: those that are not held back, as nothing of them was decoded. */
export function admitCalls(gate: CallGate): Interceptor {
  return (next) => async (request) => {
    const { method, header, signal, contextValues } = request;
    const place = keptPlace(contextValues) ?? (await placeFor(gate, method, header, signal));
    keepPlace(contextValues, place);
    dropWhenOver(place, signal);
    try {
      const response = await next(request);
      if (!response.stream) place.drop();
      return response;
    } catch (reason) {
      place.drop();
      throw reason;
    }
  };
}

/**
 * Holds back the last piece of a request that is one message until the call has a place, so that nothing is decoded before.
 * The request then fails to be read with the refusal.
 */
export function holdBack(
  request: UniversalServerRequest,
  method: DescMethod,
  gate: CallGate,
): UniversalServerRequest {
  const takesOne = method.methodKind === "unary" || method.methodKind === "server_streaming";
  if (!takesOne || request.method === "GET") return request;
  const contextValues = request.contextValues ?? createContextValues();
  const { header, signal } = request;
  const enter = async () => {
    const place = await placeFor(gate, method, header, signal);
    keepPlace(contextValues, place);
    dropWhenOver(place, signal);
  };
  return {
    ...request,
    contextValues,
    body: lastAfter(request.body as AsyncIterable<Uint8Array>, enter),
  };
}

async function* lastAfter(
  pieces: AsyncIterable<Uint8Array>,
  enter: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    if (held !== undefined) yield held;
    held = piece;
  }
  await enter();
  if (held !== undefined) yield held;
}

/** @throws ConnectError with the refusal, or with what ended the call before its turn. */
async function placeFor(
  gate: CallGate,
  method: DescMethod,
  header: Headers,
  signal: AbortSignal,
): Promise<CallPlace> {
  const admission = gate.admit({ method, readField: (name) => header.get(name) ?? undefined });
  if (admission.kind === "refused") throw admission.error;
  if (admission.kind === "place") return admission.place;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      admission.leave();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    admission.place
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function dropWhenOver(place: CallPlace, signal: AbortSignal): void {
  if (signal.aborted) place.drop();
  else signal.addEventListener("abort", () => place.drop(), { once: true });
}
