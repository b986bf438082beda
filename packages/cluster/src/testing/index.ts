export { describeBalancerContract } from "./describe-balancer-contract.js";
