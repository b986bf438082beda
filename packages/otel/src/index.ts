export type { WatchedClient } from "./client-readings.js";
export type { ClientTelemetry, ClientTelemetryOptions } from "./client-telemetry.js";
export { type OtelOptions, otel, type Telemetry } from "./otel.js";
export type { WatchedLoad, WatchedServer } from "./server-readings.js";
