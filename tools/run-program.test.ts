import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Runs `program` by the tool, waits for a port that nobody listens on unless it does, and tells how that ended. */
function runAndWait({ program, patienceMs = 20_000 }: { program: string; patienceMs?: number }) {
  const tool = JSON.stringify(join(import.meta.dirname, "run-program.mjs"));
  const script = `
    import { createServer } from "node:net";
    import { startProgram, waitUntilListening } from ${tool};
    const port = await new Promise((resolve) => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
      });
    });
    const args = ["-e", ${JSON.stringify(program)}, String(port)];
    const started = startProgram(process.execPath, args, { patienceMs: ${patienceMs}, stdio: "ignore" });
    await waitUntilListening(started, port).then(
      () => console.log("it listens"),
      ({ message }) => console.log(message),
    );
    started.process.kill("SIGTERM");
    console.log(await started.exited);
  `;
  const args = ["--input-type=module", "-e", script];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
  return stdout.trim().split("\n");
}

describe("waitUntilListening", () => {
  test.each([
    {
      name: "a program that listens",
      run: { program: 'require("net").createServer().listen(process.argv[1], "127.0.0.1")' },
      says: ["it listens", "SIGTERM"],
    },
    {
      name: "a program that ends",
      run: { program: "process.exit(3)" },
      says: ["the program ended (3) before it listened", "3"],
    },
    {
      // Once waited for ever: the exit code of such a program is null.
      name: "a program that dies by a signal",
      run: { program: 'process.kill(process.pid, "SIGKILL")' },
      says: ["the program ended (SIGKILL) before it listened", "SIGKILL"],
    },
    {
      name: "a program that never listens",
      run: { program: "setInterval(() => {}, 1000)", patienceMs: 200 },
      says: ["the program ended (SIGKILL) before it listened", "SIGKILL"],
    },
  ])("ends with $name", ({ run, says }) => {
    expect(runAndWait(run)).toEqual(says);
  });
});
