/** A program whose calls take a while, and which SIGTERM stops: `serve-slowly.ts <port, 0 for any>`. */
import { setTimeout as sleep } from "node:timers/promises";
import { newServer } from "@thrice/server";
import { registerKindsServiceHandler } from "../gen/kinds/kinds_thrice.js";
import { echo } from "./serve-kinds.js";

const port = Number(process.argv[2] ?? 0);
const server = newServer({ host: "127.0.0.1", port, stopOnSignals: true });
registerKindsServiceHandler(server, {
  ...echo,
  async unary({ text }) {
    await sleep(20);
    return { text };
  },
  async *watch({ text }) {
    for (let at = 0; at < 3; at++) {
      await sleep(10);
      yield { text: `${text} ${at}` };
    }
  },
});
await server.serve();
console.log(server.port);
