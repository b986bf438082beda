/**
 * What is recorded of each call of a client, once it has ended.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/
 * @see https://github.com/grpc/proposal/blob/master/A96-retry-otel-stats.md
 */
import type { Attributes, Histogram, Meter } from "@opentelemetry/api";
import type { CallEndEvent } from "@thrice/core";
import type { KnownAttributes } from "./attributes.js";
import type { CallState } from "./call-state.js";
import { durationHistogram } from "./durations.js";
import { errorTypeOf, type RpcSystem, statusOf } from "./status.js";

export class ClientMetrics {
  readonly #durations: Histogram;
  readonly #retries: Histogram;
  readonly #transparentRetries: Histogram;
  readonly #hedges: Histogram;
  readonly #delays: Histogram;
  readonly #target: string;
  readonly #system: RpcSystem;
  readonly #known: KnownAttributes;

  constructor(meter: Meter, target: string, system: RpcSystem, known: KnownAttributes) {
    const count = (name: string, unit: string, bounds: number[], description: string) =>
      meter.createHistogram(`grpc.client.call.${name}`, {
        unit,
        description,
        advice: { explicitBucketBoundaries: bounds },
      });
    this.#target = target;
    this.#system = system;
    this.#known = known;
    this.#durations = durationHistogram(meter, "rpc.client.call.duration", "Duration of calls.");
    this.#retries = count("retries", "{retry}", [1, 2, 3, 4, 5], "Retries of calls that had any.");
    this.#transparentRetries = count(
      "transparent_retries",
      "{transparent_retry}",
      [1, 2, 3, 4, 5, 10],
      "Transparent retries of calls that had any.",
    );
    this.#hedges = count("hedges", "{hedge}", [1, 2, 3, 4, 5], "Hedges of calls that had any.");
    this.#delays = durationHistogram(
      meter,
      "grpc.client.call.retry_delay",
      "Time of calls in which no attempt was under way between two.",
    );
  }

  record({ context, counts, endpoint, idleMs }: CallState, event: CallEndEvent): void {
    const { call, outcome, code, durationMs } = event;
    const { name, okAttributes } = this.#known.ofMethod(this.#system, call.method);
    const attributes: Attributes = { ...okAttributes };
    if (endpoint !== undefined) Object.assign(attributes, this.#known.ofAddress(endpoint.address));
    if (code !== "ok") {
      const status = statusOf(this.#system, code);
      attributes["rpc.response.status_code"] = status;
      attributes["error.type"] = errorTypeOf(outcome, status);
    }
    this.#durations.record(durationMs / 1_000, attributes, context);
    const { retry, transparent, hedge } = counts;
    if (retry + transparent + hedge === 0) return;
    const about = { "grpc.method": name, "grpc.target": this.#target };
    if (retry > 0) this.#retries.record(retry, about, context);
    if (transparent > 0) this.#transparentRetries.record(transparent, about, context);
    if (hedge > 0) this.#hedges.record(hedge, about, context);
    if (idleMs > 0) this.#delays.record(idleMs / 1_000, about, context);
  }
}
