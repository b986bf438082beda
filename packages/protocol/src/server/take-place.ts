import { type ContextValues, createContextKey, type HandlerContext } from "@connectrpc/connect";
import { ServerContext } from "../grpc/server-context.js";
import type { CallPlace } from "./call-gate.js";

const placeKey = createContextKey<CallPlace | undefined>(undefined);

/** Keeps the place of a call that Connect's handlers serve with its values. */
export function keepPlace(values: ContextValues, place: CallPlace): void {
  values.set(placeKey, place);
}

/** The place that a call of Connect's handlers has. */
export function keptPlace(values: ContextValues): CallPlace | undefined {
  return values.get(placeKey);
}

/** Takes over the place of the call whose context this is; undefined if it has none, as nothing limits it. */
export function takePlace(context: HandlerContext): CallPlace | undefined {
  const place = context instanceof ServerContext ? context.place : keptPlace(context.values);
  place?.take();
  return place;
}
