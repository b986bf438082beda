import type { Scenario } from "./scenario.js";
import { cancel } from "./scenarios/cancel.js";
import { endpointLists } from "./scenarios/endpoints.js";
import { flaky } from "./scenarios/flaky.js";
import { hangs } from "./scenarios/hang.js";
import { kill } from "./scenarios/kill.js";
import { outage } from "./scenarios/outage.js";
import { refuse } from "./scenarios/refuse.js";
import { rolling } from "./scenarios/rolling.js";
import { slow } from "./scenarios/slow.js";

/** All that is run, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  kill,
  refuse,
  ...hangs,
  slow,
  outage,
  flaky,
  rolling,
  ...endpointLists,
  cancel,
];
