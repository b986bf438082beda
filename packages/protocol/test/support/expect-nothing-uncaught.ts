import { runInThisContext } from "node:vm";

/**
 * Fails each test of a file during which an error reached the process: uncaught, a rejection without a reader, or a
 * warning, such as of too many listeners.
 * Looks at the true process, as what Jest calls `process` is a copy that hears of none.
 */
export function expectNothingUncaught(): void {
  const trueProcess: NodeJS.Process = runInThisContext("process");
  const uncaught: unknown[] = [];
  const note = (reason: unknown) => uncaught.push(reason);
  beforeEach(() => {
    uncaught.length = 0;
    trueProcess.prependListener("uncaughtException", note);
    trueProcess.prependListener("unhandledRejection", note);
    trueProcess.prependListener("warning", note);
  });
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve)); // rejections are reported after a turn
    trueProcess.off("uncaughtException", note);
    trueProcess.off("unhandledRejection", note);
    trueProcess.off("warning", note);
    expect(uncaught).toEqual([]);
  });
}
