/**
 * The process of a client. `retries: 2` is the default number; to say it means that every method may be repeated. Without slow
 * start, so that the first call of a new server tells when it was found, and not when chance has picked it.
 */
import { ConnectError, newClient } from "@thrice/client";
import { attemptsOf } from "@thrice/core";
import { runOpenLoop } from "../../processes/load/open-loop.js";
import { answerCommands } from "../../processes/process/answer-commands.js";
import { type EchoServiceClient, newEchoService } from "../../src/gen/echo/echo_thrice.js";
import { newRegistry } from "../engine/new-registry.js";
import type { ClientCommands } from "./commands.js";

/** How often calls have failed in the same way. */
const failures = new Map<string, number>();
let stub: EchoServiceClient | undefined;

answerCommands<ClientCommands>({
  connect: async ({ place }) => {
    stub = newEchoService(
      newClient({ registries: [newRegistry(place)], retries: 2, slowStartMs: 0 }),
    );
    await stub.unary({ text: "hello" });
    return null;
  },
  load: (plan) =>
    runOpenLoop(plan, async () => {
      try {
        await stub?.unary({ text: "hello" });
        return 0;
      } catch (cause) {
        const text = tell(cause);
        failures.set(text, (failures.get(text) ?? 0) + 1);
        return ConnectError.from(cause).code;
      }
    }),
  failures: () => [...failures].map(([text, count]) => `${count} × ${text}`),
});

function tell(cause: unknown): string {
  const attempts = attemptsOf(cause).map(
    ({ endpoint, outcome, durationMs }) =>
      `${endpoint} ${outcome} after ${Math.round(durationMs)} ms`,
  );
  return [ConnectError.from(cause).message, ...attempts].join("; ");
}
