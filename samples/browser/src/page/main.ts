/** Runs in a browser: calls the server with Connect and with gRPC-Web, and shows what it says. */
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { CountService } from "../gen/count/count_pb.js";
import { GreetService } from "../gen/greet/greet_pb.js";

declare global {
  interface Window {
    /** All lines, once the last call has ended; for programs that look at the page. */
    finished: Promise<readonly string[]>;
  }
}

const baseUrl = "http://127.0.0.1:20094";
const lines: string[] = [];

function say(line: string, className = ""): void {
  lines.push(line);
  const item = document.createElement("li");
  item.textContent = line;
  item.className = className;
  document.querySelector("#said")?.append(item);
}

async function callAll(name: string, transport: Transport): Promise<void> {
  const greeter = createClient(GreetService, transport);
  const counter = createClient(CountService, transport);
  try {
    let servedBy: string | null = null;
    const onHeader = (header: Headers) => {
      servedBy = header.get("x-served-by");
    };
    const { greeting } = await greeter.greet(
      { name: "Ada" },
      { onHeader, headers: { "x-user": "ada" } },
    );
    say(`${name}: ${greeting}, from ${servedBy}`);

    const numbers: number[] = [];
    for await (const { number } of counter.count({ upTo: 3 })) numbers.push(number);
    say(`${name}: ${numbers.join(", ")}`);

    await greeter.greet({ name: "" });
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    say(`${name}: ${Code[code]}: ${rawMessage}`, "failed");
  }
}

async function run(): Promise<readonly string[]> {
  await callAll("Connect", createConnectTransport({ baseUrl }));
  await callAll("gRPC-Web", createGrpcWebTransport({ baseUrl }));
  return lines;
}

window.finished = run();
