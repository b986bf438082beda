import { roundRobin } from "@thrice/cluster";
import type { ClientOptions } from "@thrice/cluster/simulator";

/** Whose policies a scenario is played with. */
export interface Contestant {
  readonly name: string;
  /** What differs from the defaults of a Thrice client. A scenario may set other things for ours, such as a hedge. */
  readonly options: Omit<ClientOptions, "servers">;
  readonly isOurs: boolean;
}

export const thrice: Contestant = { name: "Thrice", options: {}, isOurs: true };

/** What most clients have: turns, and a fixed number of retries. */
export const plain: Contestant = {
  name: "round robin, 2 retries",
  options: { loadBalance: roundRobin, retryBudget: false, throttle: false, health: false },
  isOurs: false,
};
