// Runs a sample as a user would in two terminals: starts its server, waits until it listens, runs its client, stops the
// server, shows both logs, and compares levels and messages with samples/<name>/expected.
// Usage: node tools/run-sample.mjs <name> <port>
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startProgram, waitUntilListening } from "./run-program.mjs";

const root = join(import.meta.dirname, "..");
const [name, portText] = process.argv.slice(2);
const port = Number(portText);

await failIfPortIsTaken();
const server = start("server");
await waitUntilListening(server, port).catch(({ message }) => fail(`${message}:\n${server.log}`));
const client = start("client");
const clientCode = await client.exited;
server.process.kill("SIGTERM");
const serverCode = await server.exited;

const problems = [server, client].map(showAndCompare).filter((problem) => problem !== undefined);
if (serverCode !== 0) problems.push(`the server exited with ${serverCode}`);
if (clientCode !== 0) problems.push(`the client exited with ${clientCode}`);
if (problems.length > 0) fail(problems.join("\n"));
console.log(`Sample ${name}: both logs are as expected.`);

function failIfPortIsTaken() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", ({ code }) =>
      fail(`cannot run sample ${name}: port ${port} is taken (${code})`),
    );
    probe.listen(port, () => probe.close(resolve));
  });
}

function start(role) {
  const file = `samples/${name}/src/${role}.ts`;
  const args = ["--conditions=@thrice/source", "--import", "tsx", file];
  const options = { cwd: root, stdio: ["ignore", "pipe", "inherit"] };
  const part = { ...startProgram(process.execPath, args, options), role, file, log: "" };
  part.process.stdout.setEncoding("utf8").on("data", (text) => {
    part.log += text;
  });
  return part;
}

function showAndCompare({ role, file, log }) {
  console.log(`--- log of the ${role}, ${file}\n${log}`);
  const expected = readFileSync(join(root, "samples", name, "expected", `${role}.log`), "utf8");
  const actual = log.replace(/^[^\t\n]*\t([^\t\n]*)\t[^\t\n]*\t/gm, "$1\t");
  return actual === expected ? undefined : `the log of the ${role} differs; expected:\n${expected}`;
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
