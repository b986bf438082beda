/** The process of a server. SIGTERM stops it gracefully; it then ends by itself, if nothing is left that keeps it alive. */
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger, newServer, type Server } from "@thrice/server";
import { answerCommands } from "../processes/process/answer-commands.js";
import { registerSoakServiceHandler } from "../src/gen/soak/soak_thrice.js";
import { countHoldings } from "../src/harness/holdings.js";
import type { SoakServerCommands } from "./commands.js";
import { type HandlerCount, soakHandler } from "./handler.js";
import { Journal, noteFault, noteProcessFaults } from "./journal.js";

const count: HandlerCount = { running: 0 };

answerCommands<SoakServerCommands>({
  serve: async ({ folder, name, maxConnectionAgeMs }) => {
    noteProcessFaults(folder, name);
    const journal = new Journal(folder);
    const server = newServer({
      host: "127.0.0.1",
      port: 0,
      graceMs: 3_000,
      maxConnectionAgeMs,
      maxConcurrency: 100,
      maxQueuedCalls: 100,
      compression: "gzip",
      logger: createLogger(({ level, message }) => {
        const isExpected = level !== "error" || message.includes("asked to fail");
        if (!isExpected) noteFault(folder, `${name}: logged: ${message}`);
      }),
    });
    registerSoakServiceHandler(
      server,
      soakHandler((call) => journal.note(call), count),
    );
    await server.serve();
    process.once("SIGTERM", () => void end(server, journal, folder, name));
    return { port: server.port ?? 0 };
  },
  count: async () => ({ ...(await countHoldings()), running: count.running }),
});

/** How long handlers may take to notice that their calls are over, in milliseconds. */
const handlerPatienceMs = 2_000;

async function end(server: Server, journal: Journal, folder: string, name: string) {
  await server.stop();
  const untilMs = performance.now() + handlerPatienceMs;
  while (count.running > 0 && performance.now() < untilMs) await sleep(10);
  if (count.running > 0) noteFault(folder, `${name}: ${count.running} handlers outlive the server`);
  journal.close();
  process.channel?.unref();
}
