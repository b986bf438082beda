/** A program that serves on a port of the loopback interface, and tells which: `serve-child.ts <port, 0 for any>`. */
import { newServer } from "@thrice/server";
import { registerKindsServiceHandler } from "../gen/kinds/kinds_thrice.js";
import { echo } from "./serve-kinds.js";

const server = newServer({ host: "127.0.0.1", port: Number(process.argv[2] ?? 0) });
registerKindsServiceHandler(server, { ...echo, read: async () => ({ text: "child" }) });
await server.serve();
console.log(server.port);
