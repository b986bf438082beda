import { describeBalancerContract } from "../testing/describe-balancer-contract.js";
import { consistentHash } from "./consistent-hash.js";
import { costBalancer } from "./cost-balancer.js";
import { leastActive } from "./least-active.js";
import { p2c } from "./p2c.js";
import { peakEwma } from "./peak-ewma.js";
import { random } from "./random.js";
import { roundRobin } from "./round-robin.js";
import { shortestResponse } from "./shortest-response.js";
import { sticky } from "./sticky.js";

describeBalancerContract("random", () => random);
describeBalancerContract("roundRobin", () => roundRobin);
describeBalancerContract("leastActive", () => leastActive);
describeBalancerContract("p2c", () => p2c);
describeBalancerContract("sticky", () => sticky(roundRobin));
describeBalancerContract("peakEwma", () => peakEwma);
describeBalancerContract("shortestResponse", () => shortestResponse);
describeBalancerContract("consistentHash by field", () => consistentHash({ fields: ["name"] }));
describeBalancerContract("consistentHash by header", () => consistentHash({ header: "key" }));
describeBalancerContract("a cost function that knows nothing", () =>
  costBalancer("lost", () => Number.NaN),
);
