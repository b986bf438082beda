/** What happens to a server of the soak, and to the network before it. */
import type { SoakedServer } from "./soaked-server.js";

/** Waits for some of the time that a fault may take: from 0 to 1 of it. */
export type Pause = (fromMs: number, toMs: number) => Promise<void>;

export interface Fault {
  readonly name: string;
  /** What happens, in words. */
  readonly title: string;
  /** Whether the process ends. */
  readonly endsProcess: boolean;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** Does it, and mends it. */
  happen(server: SoakedServer, pause: Pause): Promise<void>;
}

export const faults: readonly Fault[] = [
  {
    name: "kill",
    title: "the process is killed with `kill -9`, and a new one takes its place after 0.2 s to 2 s",
    endsProcess: true,
    weight: 2,
    async happen(server, pause) {
      await server.kill();
      await pause(200, 2_000);
      await server.start();
    },
  },
  {
    name: "drain",
    title: "SIGTERM: it stops gracefully, ends by itself, and a new process takes its place",
    endsProcess: true,
    weight: 2,
    async happen(server, pause) {
      await server.drain();
      await pause(0, 500);
      await server.start();
    },
  },
  {
    name: "halt",
    title: "SIGSTOP, and SIGCONT 0.2 s to 4 s later",
    endsProcess: false,
    weight: 2,
    async happen(server, pause) {
      server.halt();
      await pause(200, 4_000);
      server.goOn();
    },
  },
  {
    name: "halt and kill",
    title: "SIGSTOP, and `kill -9` up to 2 s later",
    endsProcess: true,
    weight: 1,
    async happen(server, pause) {
      server.halt();
      await pause(100, 2_000);
      await server.kill();
      await pause(0, 500);
      await server.start();
    },
  },
  {
    name: "reset",
    title: "all connections are reset",
    endsProcess: false,
    weight: 3,
    async happen(server) {
      server.proxy.reset();
    },
  },
  {
    name: "cut",
    title: "each connection ends in the middle of what it carries within the next second",
    endsProcess: false,
    weight: 3,
    async happen(server, pause) {
      server.proxy.cut();
      await pause(50, 1_000);
      server.proxy.spare();
    },
  },
  {
    name: "end answers",
    title: "callers are told that nothing more comes, while their requests still arrive",
    endsProcess: false,
    weight: 1,
    async happen(server, pause) {
      server.proxy.endAnswers();
      await pause(50, 200);
    },
  },
  {
    name: "delay",
    title: "each chunk of bytes takes 20 ms to 200 ms longer, for 0.5 s to 3 s",
    endsProcess: false,
    weight: 2,
    async happen(server, pause) {
      server.proxy.delayMs = 20 + ((server.proxy.port * 37) % 180);
      await pause(500, 3_000);
      server.proxy.delayMs = 0;
    },
  },
  {
    name: "silence",
    title: "nothing passes for 0.2 s to 4 s, and then goes on",
    endsProcess: false,
    weight: 2,
    async happen(server, pause) {
      server.proxy.hold();
      await pause(200, 4_000);
      server.proxy.letGo();
    },
  },
  {
    name: "silence and reset",
    title: "nothing passes for 0.2 s to 3 s, and then connections are reset",
    endsProcess: false,
    weight: 1,
    async happen(server, pause) {
      server.proxy.hold();
      await pause(200, 3_000);
      server.proxy.reset();
      server.proxy.letGo();
    },
  },
  {
    name: "refuse",
    title: "new connections are refused for up to 2 s; those that are open stay",
    endsProcess: false,
    weight: 1,
    async happen(server, pause) {
      server.proxy.refuse();
      await pause(200, 2_000);
      await server.proxy.listen();
    },
  },
];

/** Draws one of those that may happen. `random` draws from 0 up to, but not including, 1. */
export function drawFault(mayEndProcess: boolean, random: () => number): Fault {
  const possible = faults.filter(({ endsProcess }) => mayEndProcess || !endsProcess);
  let mark = random() * possible.reduce((sum, { weight }) => sum + weight, 0);
  for (const fault of possible) {
    mark -= fault.weight;
    if (mark < 0) return fault;
  }
  return faults[0] as Fault;
}
