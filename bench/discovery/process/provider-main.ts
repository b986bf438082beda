/** A process with many providers. */
import { formatAddress, type ProviderLease } from "@thrice/core";
import { answerCommands } from "../../processes/process/answer-commands.js";
import { wallMs } from "../../processes/process/wall-clock.js";
import { newRegistry } from "../engine/new-registry.js";
import type { ProviderCommands } from "./commands.js";
import { crowdProvider } from "./crowd.js";

const leases = new Map<number, ProviderLease>();

answerCommands<ProviderCommands>({
  publish: async ({ place, from, count }) => {
    const published: Promise<void>[] = [];
    for (let at = from; at < from + count; at++) {
      published.push(newRegistry(place).register(crowdProvider(at)).published);
    }
    await Promise.all(published);
    return null;
  },
  add: ({ place, at }) => {
    const registry = newRegistry(place);
    const provider = crowdProvider(at);
    const askedMs = wallMs();
    leases.set(at, registry.register(provider));
    return { askedMs, endpoint: formatAddress(provider.address) };
  },
  remove: ({ at }) => {
    const askedMs = wallMs();
    void leases.get(at)?.withdraw();
    leases.delete(at);
    return { askedMs };
  },
});
