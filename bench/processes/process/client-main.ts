/** The process of a client, or of several. */
import { countHoldings } from "../../src/harness/holdings.js";
import { cancelCalls } from "../load/cancel-calls.js";
import { runOpenLoop } from "../load/open-loop.js";
import type { Listener, StackClient, StartClient } from "../stacks/stack.js";
import { answerCommands } from "./answer-commands.js";
import type { ClientCommands, ClientNotes, Stack } from "./commands.js";
import { countSockets } from "./count-sockets.js";
import { wallMs } from "./wall-clock.js";

const starters: Record<Stack, () => Promise<{ startClient: StartClient }>> = {
  thrice: () => import("../stacks/thrice-client.js"),
  "grpc-js": () => import("../stacks/grpc-js-client.js"),
};

const lanes = 16;
const warmUpTimeoutMs = 10_000;

let clients: StackClient[] = [];
let stack: Stack = "thrice";
let charged = 0;
let guarded: readonly number[] = [];
const events: { readonly atMs: number; readonly text: string }[] = [];
const listener: Listener = {
  onCharged: () => {
    charged++;
  },
  onEvent: (text) => events.push({ atMs: wallMs(), text }),
};

process.on("disconnect", killGuarded);
answerCommands<ClientCommands>({
  connect: async (given) => {
    const { startClient } = await starters[given.stack]();
    stack = given.stack;
    const make = () => startClient({ ...given, listener });
    clients = Array.from({ length: given.clients }, make);
    return null;
  },
  guard: ({ pids }) => {
    guarded = pids;
    return null;
  },
  warmUp: async ({ calls }) => {
    let left = calls;
    const lane = async (client: StackClient) => {
      while (left-- > 0) await mustSucceed(client.unary(0, { timeoutMs: warmUpTimeoutMs }));
    };
    const each = Math.ceil(lanes / clients.length);
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: each }, () => lane(client))),
    );
    return null;
  },
  load: (plan) => {
    const limits = plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs };
    return runOpenLoop(plan, (index) => clientAt(index).unary(plan.delayMs, limits));
  },
  firstCall: async ({ stack, addresses }) => {
    const { startClient } = await starters[stack]();
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    const client = startClient({ addresses, style: "failover", listener });
    await mustSucceed(client.unary(0, {}));
    const tookMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    clients = [client];
    return { tookMs, cpuMs: (user + system) / 1_000 };
  },
  callInTurn: async ({ calls }) => {
    for (let call = 0; call < calls; call++) await mustSucceed(clientAt(call).unary(0, {}));
    return null;
  },
  cancel: ({ calls, seed }) => cancelCalls(clientAt(0), calls, seed),
  count: async () => ({ ...(await countHoldings()), sockets: await countSockets() }),
  notes: (): ClientNotes => ({ charged: stack === "thrice" ? charged : undefined, events }),
});

function clientAt(index: number): StackClient {
  const client = clients[index % clients.length];
  if (client === undefined) throw new Error("there is no client yet");
  return client;
}

async function mustSucceed(call: Promise<number>): Promise<void> {
  const code = await call;
  if (code !== 0) throw new Error(`a call of the warm-up ended with code ${code}`);
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
