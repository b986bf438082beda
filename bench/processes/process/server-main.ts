/** The process of a server. SIGTERM stops it as its program stops gracefully. */
import { countHoldings } from "../../src/harness/holdings.js";
import { Behaving } from "../stacks/behaviour.js";
import type { StackServer, StartServer } from "../stacks/stack.js";
import { answerCommands } from "./answer-commands.js";
import type { ServerCommands, Stack } from "./commands.js";
import { wallMs } from "./wall-clock.js";

const starters: Record<Stack, () => Promise<{ startServer: StartServer }>> = {
  thrice: () => import("../stacks/thrice-server.js"),
  "grpc-js": () => import("../stacks/grpc-js-server.js"),
};

let behaving = new Behaving(0);
let server: StackServer | undefined;

process.once("SIGTERM", async () => {
  await server?.stop();
  process.exit(0);
});

answerCommands<ServerCommands>({
  serve: async ({ stack, host, port, seed }) => {
    const { startServer } = await starters[stack]();
    behaving = new Behaving(seed);
    server = await startServer({ host, port, behaving });
    return { port: server.port, listeningMs: wallMs() };
  },
  behave: (behaviour) => {
    behaving.become(behaviour);
    return null;
  },
  report: () => behaving.report(),
  count: () => countHoldings(),
});
