/** The process of a server or a client: does what the main process asks, and ends with it. */

import type { EchoClient } from "../contestant.js";
import { contestantNamed } from "../contestants.js";
import { scenarioNamed } from "../scenarios.js";
import type { Answers, Command, Reply } from "./commands.js";
import { countHoldings } from "./holdings.js";
import { openConnections } from "./idle.js";
import { runCutOffCalls } from "./leak.js";
import { Load } from "./load.js";

let client: EchoClient | undefined;
let load: Load | undefined;

process.on("disconnect", () => process.exit());
process.on("message", (command: Command) => {
  answer(command).then(
    (value) => reply({ ok: true, value }),
    (error: unknown) => reply({ ok: false, error: String(error) }),
  );
});

function reply(message: Reply): void {
  process.send?.(message);
}

async function answer(command: Command): Promise<Answers[Command["do"]]> {
  switch (command.do) {
    case "serve":
      return (await contestantNamed(command.contestant).server()).serve(command.tls);
    case "connect": {
      const { connect } = await contestantNamed(command.contestant).client();
      client = await connect(command.port, command.tls);
      return null;
    }
    case "warm up": {
      const scenario = scenarioNamed(command.scenario);
      if (scenario.kind !== "load") throw new Error(`${scenario.name} is no load`);
      load = new Load(scenario, connected());
      return load.warmUp(command.maxSeconds);
    }
    case "load":
      if (load === undefined) throw new Error("there was no warm-up");
      return load.measure(command.seconds);
    case "cut off":
      return runCutOffCalls(connected(), command.calls, command.seed);
    case "open":
      await openConnections(command.port, command.count);
      return null;
    case "count":
      return countHoldings();
    case "cpu": {
      const { user, system } = process.cpuUsage();
      return user + system;
    }
  }
}

function connected(): EchoClient {
  if (client === undefined) throw new Error("there is no client yet");
  return client;
}
