/** A process with many consumers. */
import { answerCommands } from "../../processes/process/answer-commands.js";
import { wallMs } from "../../processes/process/wall-clock.js";
import { newRegistry } from "../engine/new-registry.js";
import type { ConsumerCommands } from "./commands.js";
import { Consumer } from "./consumer.js";
import { usageOf } from "./usage.js";

const consumers: Consumer[] = [];

answerCommands<ConsumerCommands>({
  watch: async ({ place, consumers: number, count }) => {
    const begunMs = wallMs();
    for (let at = 0; at < number; at++) consumers.push(new Consumer(newRegistry(place)));
    const tookMs = consumers.map(async (consumer) => {
      await consumer.until(() => consumer.crowd >= count);
      return wallMs() - begunMs;
    });
    return { tookMs: await Promise.all(tookMs) };
  },
  untilAdded: async ({ endpoint }) => ({
    atMs: await Promise.all(consumers.map((one) => one.until(() => one.added.get(endpoint)))),
  }),
  untilRemoved: async ({ endpoint }) => ({
    atMs: await Promise.all(consumers.map((one) => one.until(() => one.removed.get(endpoint)))),
  }),
  usage: () => usageOf(process.pid),
});
