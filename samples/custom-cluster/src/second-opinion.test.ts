import { describeStrategyContract } from "@thrice/cluster/testing";
import { secondOpinion } from "./second-opinion.js";

describeStrategyContract("second-opinion", () => secondOpinion);
