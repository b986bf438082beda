/** The process of the clients. */
import { getEventListeners } from "node:events";
import { answerCommands } from "../processes/process/answer-commands.js";
import { countSockets } from "../processes/process/count-sockets.js";
import { countHoldings } from "../src/harness/holdings.js";
import { Caller } from "./caller.js";
import type { SoakClientCommands } from "./commands.js";
import { noteProcessFaults } from "./journal.js";

let caller: Caller | undefined;
let guarded: readonly number[] = [];

process.on("disconnect", killGuarded);
answerCommands<SoakClientCommands>({
  connect: ({ addresses, folder, seed }) => {
    noteProcessFaults(folder, "client");
    caller = new Caller(addresses, seed);
    return null;
  },
  guard: ({ pids }) => {
    guarded = pids;
    return null;
  },
  load: (load) => theCaller().load(load),
  count: async () => ({
    ...(await countHoldings()),
    sockets: await countSockets(),
    listeners: caller === undefined ? 0 : getEventListeners(caller.room.signal, "abort").length,
    sources: caller?.room.openSources ?? 0,
  }),
  close: () => theCaller().close(),
});

function theCaller(): Caller {
  if (caller === undefined) throw new Error("there are no clients yet");
  return caller;
}

function killGuarded(): void {
  for (const pid of guarded) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  }
}
