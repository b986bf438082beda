import type { Scenario } from "../scenario.js";
import { startThree } from "./three-servers.js";

const seed = 7;
const warmUpCalls = 20_000;
const timeoutMs = 240_000;

/** Calls that their callers give up, by the hundred thousand: nothing may be left of them. */
export const cancel: Scenario = {
  name: "cancel",
  title: "cancelled calls, and what is left of them",
  measures: [
    { key: "calls", title: "calls cancelled" },
    {
      key: "failed",
      title: "calls that ended otherwise than cancelled or answered",
      goal: { bound: "at most", value: 0 },
      strict: true,
    },
    {
      key: "resources",
      title: "timers and sockets more than before, client",
      goal: { bound: "at most", value: 0 },
    },
    {
      key: "sockets",
      title: "sockets more than before, client",
      goal: { bound: "at most", value: 0 },
    },
    {
      key: "running",
      title: "handlers that still run",
      goal: { bound: "at most", value: 0 },
      strict: true,
    },
    {
      key: "serverResources",
      title: "timers and sockets more than before, servers",
      goal: { bound: "at most", value: 0 },
    },
    {
      key: "heapBytes",
      title: "bytes of heap per call, client",
      goal: { bound: "at most", value: 1 },
      digits: 2,
    },
    {
      key: "heapPercent",
      title: "growth of the heap, client, %",
      goal: { bound: "at most", value: 1 },
      digits: 2,
    },
    {
      key: "serverHeapPercent",
      title: "growth of the heaps, servers, %",
      goal: { bound: "at most", value: 1 },
      digits: 2,
    },
    { key: "microseconds", title: "wall µs per call" },
  ],
  async run(lab) {
    const { cancelledCalls } = lab.effort;
    const { client, servers } = await startThree(lab);
    const { child } = client;
    const count = async () => {
      await Promise.all(servers.map((server) => server.report()));
      const held = await Promise.all(servers.map((server) => server.count()));
      const sum = (key: "heapBytes" | "resources") =>
        held.reduce((total, one) => total + one[key], 0);
      return {
        heapBytes: sum("heapBytes"),
        resources: sum("resources"),
        client: await child.ask("count", {}),
      };
    };
    await child.ask("cancel", { calls: warmUpCalls, seed }, timeoutMs);
    const before = await count();
    const startMs = performance.now();
    const ended = await child.ask("cancel", { calls: cancelledCalls, seed: seed + 1 }, timeoutMs);
    const tookMs = performance.now() - startMs;
    const reports = await Promise.all(servers.map((server) => server.report()));
    const after = await count();
    const grownBytes = after.client.heapBytes - before.client.heapBytes;
    return {
      calls: ended.cancelled,
      failed: ended.failed,
      resources: after.client.resources - before.client.resources,
      sockets: after.client.sockets - before.client.sockets,
      running: reports.reduce((sum, { running }) => sum + running, 0),
      serverResources: after.resources - before.resources,
      heapBytes: grownBytes / cancelledCalls,
      heapPercent: (100 * grownBytes) / before.client.heapBytes,
      serverHeapPercent: 100 * (after.heapBytes / before.heapBytes - 1),
      microseconds: (1_000 * tookMs) / cancelledCalls,
    };
  },
};
