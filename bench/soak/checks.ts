/** What a soak has to show. */
import type { SoakResult } from "./soak.js";
import { countOf } from "./tally.js";

/** One promise, and whether it was kept. */
export interface Check {
  readonly what: string;
  readonly found: number;
  /** What is found may not be more than that. */
  readonly most: number;
}

const mebibyte = 1024 * 1024;
/** Growth of a heap between two looks at it that says nothing: code that was compiled, and what pools keep. */
const heapSlackBytes = 6 * mebibyte;

export function checksOf(result: SoakResult): readonly Check[] {
  const { troubled, healed, client, server, ends, executions, noted } = result;
  const none = (what: string, found: number) => ({ what, found, most: 0 });
  const both = (kind: "wrong" | "hung") => countOf(troubled, kind) + countOf(healed, kind);
  return [
    none("calls with an answer or an end that is wrong", both("wrong")),
    none("calls that did not end", both("hung")),
    none("calls executed more often than they may be", countDoubled(ends, executions)),
    none("calls answered that no server executed", countInvented(ends, executions)),
    none("calls that found no server once all was mended", countOf(healed, "unavailable")),
    none(
      "rejections nobody handled, warnings, errors logged, servers that did not end",
      noted.length,
    ),
    none("handlers that run while no call does", server.running),
    none("sources of requests left open", client.end.sources),
    none("listeners on a signal that calls shared", client.end.listeners),
    none("sockets of closed clients", client.closed.sockets - client.empty.sockets),
    none(
      "timers and other resources of closed clients",
      client.closed.resources - client.empty.resources,
    ),
    {
      what: "growth of the clients' heap, bytes",
      found: client.end.heapBytes - client.warm.heapBytes,
      most: heapSlackBytes,
    },
    {
      what: "growth of the server's heap, bytes",
      found: server.endHeapBytes - server.warmHeapBytes,
      most: heapSlackBytes,
    },
  ];
}

export function isKept({ found, most }: Check): boolean {
  return found <= most;
}

function countDoubled({ maxExecutions }: SoakResult["ends"], executions: Uint8Array): number {
  return executions.filter((count, call) => count > (maxExecutions[call] ?? 0)).length;
}

function countInvented({ answered }: SoakResult["ends"], executions: Uint8Array): number {
  return answered.filter((wasAnswered, call) => wasAnswered === 1 && executions[call] === 0).length;
}
