export type { ClientOptions } from "./client-options.js";
export {
  constant,
  type Distribution,
  exponential,
  type LognormalOptions,
  lognormal,
  type StragglerOptions,
  uniform,
  withStragglers,
} from "./distribution.js";
export type { LoadOptions } from "./load.js";
export type { RecoveryOptions, Report } from "./report.js";
export { seededRandom } from "./seeded-random.js";
export type { FailOptions, RestartOptions, SlowOptions } from "./server-faults.js";
export type { CancelRule, ServerOptions, ServerSettings } from "./server-options.js";
export type { CallFrame, OnCallEnd, SimulatedClient } from "./simulated-client.js";
export type { SimulatedServer } from "./simulated-server.js";
export { Simulation, type SimulationOptions } from "./simulation.js";
export type { LatencyFigures, Summary } from "./summary.js";
