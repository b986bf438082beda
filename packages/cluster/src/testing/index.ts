export { describeBalancerContract } from "./describe-balancer-contract.js";
export { describeStrategyContract, type TestRunner } from "./describe-strategy-contract.js";
