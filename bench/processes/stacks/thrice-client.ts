import { type Budget, ConnectError, hedged, newClient, RetryBudget } from "@thrice/client";
import { newEchoService } from "../../src/gen/echo/echo_thrice.js";
import type { Listener, StartClient } from "./stack.js";

/**
 * The whole client with its defaults. `retries: 2` is the default number; to say it means that every method may be repeated.
 * The budget is the default one, with a look at what it pays for.
 */
export const startClient: StartClient = ({ addresses, style, listener }) => {
  const client = newClient({
    url: addresses.map((address) => `tri://${address}`),
    retries: 2,
    retryBudget: watchedBudget(listener),
    ...(style === "hedged" && { cluster: hedged() }),
    events: {
      onEject: ({ endpoint, reason, forMs }) =>
        listener.onEvent(`${endpoint.id} out for ${Math.round(forMs)} ms: ${reason}`),
      onTrial: ({ endpoint, reason }) => listener.onEvent(`${endpoint.id} on trial: ${reason}`),
      onReturn: ({ endpoint, reason }) => listener.onEvent(`${endpoint.id} back: ${reason}`),
    },
  });
  const stub = newEchoService(client);
  const code = (error: unknown) => ConnectError.from(error).code;
  return {
    unary: (delayMs, limits) => stub.unary({ text: "hello", delayMs }, limits).then(ok, code),
  };
};

const ok = () => 0;

function watchedBudget({ onCharged }: Listener): Budget {
  const budget = new RetryBudget();
  return {
    hasBudget: (kind) => budget.hasBudget(kind),
    take: (kind) => {
      const paid = budget.take(kind);
      if (paid) onCharged();
      return paid;
    },
    noteSuccess: () => budget.noteSuccess(),
    expectRetries: (retries) => budget.expectRetries(retries),
  };
}
