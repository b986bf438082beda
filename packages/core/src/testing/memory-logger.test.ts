import type { LogLevel } from "../logger/logger.js";
import { memoryLogger } from "./memory-logger.js";

describe("memoryLogger", () => {
  test("keeps level and message in order, from debug on", () => {
    const logger = memoryLogger();
    logger.debug("a", 1);
    logger.infof("retry %d times", 1);
    logger.error(new Error("x"));
    expect(logger.records).toEqual([
      { level: "debug", message: "[a 1]" },
      { level: "info", message: "retry [1] times" },
      { level: "error", message: "[Error: x]" },
    ]);
  });

  test("keeps what passes its level, which can be switched", () => {
    const logger = memoryLogger({ level: "warn" });
    logger.info("no");
    logger.level = "info";
    logger.info("yes");
    expect(logger.records).toEqual([{ level: "info", message: "[yes]" }]);
  });

  test("begins anew when the test empties it", () => {
    const logger = memoryLogger();
    logger.info("a");
    logger.records.length = 0;
    logger.info("b");
    expect(logger.records).toEqual([{ level: "info", message: "[b]" }]);
  });

  test("refuses a wrong level", () => {
    expect(() => memoryLogger({ level: "loud" as LogLevel })).toThrow(TypeError);
  });
});
