export type { ClientTelemetry, ClientTelemetryOptions } from "./client-telemetry.js";
export { type OtelOptions, otel, type Telemetry } from "./otel.js";
export type { WatchedClient } from "./watched-clients.js";
