import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

const root = join(__dirname, "../../..");

describe("the retry sample", () => {
  test("logs on the server what Dubbo-go's page shows, and two greetings on the client", () => {
    const printed = execFileSync("node", ["tools/run-sample.mjs", "retry", "20000"], {
      cwd: root,
      encoding: "utf8",
    });
    const lines = printed.split("\n").map((line) => line.split("\t"));
    const records = lines.filter((columns) => columns.length === 4);
    expect(records.map(([, level, , message]) => `${level} ${message}`)).toEqual([
      "INFO [Not need retry, request success]",
      "INFO retry [1] times",
      "INFO retry [2] times",
      "INFO retry [3] times",
      "INFO retry success, current request time is [3]",
      "INFO Greet response: [hello world]",
      "INFO Greet response: [hello world]",
    ]);
    expect(records.map(([time]) => time)).toEqual(
      records.map(() => expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)),
    );
  });

  test("says in one line that its port is taken, and exits with 1", async () => {
    const other = createServer();
    await once(other.listen(20000), "listening");
    const server = spawn(
      "node",
      ["--conditions=@thrice/source", "--import", "tsx", "samples/retry/src/server.ts"],
      { cwd: root },
    );
    let printed = "";
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (text) => {
        printed += text;
      });
    }
    const [code] = await once(server, "close");
    await once(other.close(), "close");
    expect(code).toBe(1);
    expect(printed).toMatch(
      /^\S+ \S+\tERROR\tsrc\/server\.ts:\d+\t\[cannot listen on port 20000: another program is using it \(EADDRINUSE\)\]\n$/,
    );
  });
});
