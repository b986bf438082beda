import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { AttemptInfo, AttemptKind } from "@thrice/core";
import { CallState } from "./call-state.js";

function attempt(kind: AttemptKind, startedMs: number, id = "a"): AttemptInfo {
  return { kind, startedMs, endpoint: { id } } as AttemptInfo;
}

test("time counts as idle while no attempt is under way between two", () => {
  const state = new CallState(undefined, ROOT_CONTEXT);
  const first = attempt("first", 0);
  const hedge = attempt("hedge", 5);
  const retry = attempt("retry", 50);
  state.begin(first);
  state.begin(hedge);
  state.end(first, 10, false);
  state.end(hedge, 20, false);
  state.begin(retry);
  state.end(retry, 60, true);
  expect(state.idleMs).toBe(30);
  expect(state.counts).toEqual({ first: 1, retry: 1, transparent: 0, hedge: 1, planned: 0 });
});

test("the endpoint is that of the first good answer, else of the last attempt", () => {
  const state = new CallState(undefined, ROOT_CONTEXT);
  const slow = attempt("first", 0, "slow");
  const fast = attempt("hedge", 5, "fast");
  state.begin(slow);
  expect(state.endpoint?.id).toBe("slow");
  state.begin(fast);
  expect(state.endpoint?.id).toBe("fast");
  state.end(slow, 9, true);
  state.end(fast, 10, false);
  expect(state.endpoint?.id).toBe("slow");
});
