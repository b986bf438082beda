export { describeStrategyContract, type TestRunner } from "./describe-strategy-contract.js";
