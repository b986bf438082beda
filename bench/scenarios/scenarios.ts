/** All scenarios, in the order of the table. What runs on real processes adds its own. */
import { chain } from "./cases/chain.js";
import { coldServer, discoveryOutage } from "./cases/extras.js";
import { fastFailing, fastFailingSeen } from "./cases/fast-failing.js";
import { hanging, hangingHedged } from "./cases/hanging.js";
import { killedForFive, killedForSixty } from "./cases/killed.js";
import { metastableAlone, metastableCapped, metastableDropping } from "./cases/metastable.js";
import { outageOfFifty, outageOfOne } from "./cases/outage.js";
import {
  fiftyPercent,
  tenPercent,
  tenPercentOfFifty,
  tenPercentThree,
  thirtyPercent,
} from "./cases/partial-failure.js";
import { slowOfEleven, slowOfThree } from "./cases/slow.js";
import { stragglersFive, stragglersTwo } from "./cases/stragglers.js";
import { uneven70of1, uneven70of100, uneven90of20, uneven90of100 } from "./cases/uneven.js";
import { burst, flapping, halfBroken, hangAndSlow, rollingKills } from "./cases/untuned.js";
import type { Scenario } from "./scenario.js";

export const scenarios: readonly Scenario[] = [
  outageOfOne,
  outageOfFifty,
  tenPercent,
  tenPercentThree,
  tenPercentOfFifty,
  thirtyPercent,
  fiftyPercent,
  killedForFive,
  killedForSixty,
  fastFailing,
  fastFailingSeen,
  hangingHedged,
  hanging,
  slowOfThree,
  slowOfEleven,
  metastableAlone,
  metastableDropping,
  metastableCapped,
  stragglersFive,
  stragglersTwo,
  uneven70of1,
  uneven70of100,
  uneven90of20,
  uneven90of100,
  chain,
  coldServer,
  discoveryOutage,
  hangAndSlow,
  halfBroken,
  rollingKills,
  burst,
  flapping,
];
