import { medianSample, type Sample } from "../../src/harness/stats.js";
import type { Lab } from "../process/lab.js";
import type { Scenario } from "../scenario.js";

/** Servers; each listens on every address of 127.0.0.0/8, as Linux takes all of them for this machine. */
const listening = 4;
/** Clients that are measured, for a median. */
const processes = 3;
const timeoutMs = 60_000;
/** grpc-js connects to all of them: 1 000 take it a second, and 10 000 half a minute of both processors. */
const mostOfPeer = 1_000;

/** A client of very many endpoints: what its first call costs. */
export const endpointLists: readonly Scenario[] = [
  startUp("endpoints-1000", () => 1_000),
  startUp("endpoints-many", ({ effort }) => effort.manyEndpoints),
];

function startUp(name: string, count: (lab: Lab) => number): Scenario {
  const long = name === "endpoints-many" ? "the long list of" : "1 000";
  return {
    name,
    title: `${long} endpoints, a fresh process`,
    measures: [
      {
        key: "firstMs",
        title: "ms to the end of the first call",
        goal: { bound: "at most", value: 50 },
        digits: 1,
      },
      { key: "cpuMs", title: "CPU ms of that", goal: { bound: "at most", value: 50 }, digits: 1 },
      {
        key: "connections",
        title: "connections after 1 000 calls",
        goal: { bound: "at most", value: 20 },
      },
      { key: "tenMs", title: "ms to the end of the first call of 10 endpoints", digits: 1 },
      { key: "tenCpuMs", title: "CPU ms of that", digits: 1 },
    ],
    async run(lab) {
      if (lab.stack === "grpc-js" && count(lab) > mostOfPeer) return {};
      const servers = await lab.startServers(listening, "0.0.0.0");
      const ports = servers.map(({ port }) => port);
      const few = await measure(lab, loopbackAddresses(ports, 10));
      const many = await measure(lab, loopbackAddresses(ports, count(lab)));
      return { ...many, tenMs: few.firstMs, tenCpuMs: few.cpuMs };
    },
  };
}

/** Medians of fresh processes, one after the other. */
async function measure(lab: Lab, addresses: readonly string[]): Promise<Sample> {
  const samples: Sample[] = [];
  while (samples.length < processes) samples.push(await measureOne(lab, addresses));
  return medianSample(samples);
}

async function measureOne(lab: Lab, addresses: readonly string[]): Promise<Sample> {
  const { child } = lab.startProcess();
  const before = await child.ask("count", {});
  const { tookMs, cpuMs } = await child.ask(
    "firstCall",
    { stack: lab.stack, addresses },
    timeoutMs,
  );
  await child.ask("callInTurn", { calls: 1_000 }, timeoutMs);
  const { sockets } = await child.ask("count", {});
  await child.end();
  return { firstMs: tookMs, cpuMs, connections: sockets - before.sockets };
}

/** 127.1.0.0 and on, each with one of the ports. */
function loopbackAddresses(ports: readonly number[], count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const host = `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    return `${host}:${ports[index % ports.length]}`;
  });
}
