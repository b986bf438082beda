import { cpus } from "node:os";

/** What all processors of the machine have done since it started. Units: seconds. */
export interface MachineTime {
  readonly busySeconds: number;
  readonly allSeconds: number;
}

export function machineTime(): MachineTime {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busySeconds: busyMs / 1_000, allSeconds: (busyMs + idleMs) / 1_000 };
}

/** Share of the machine, 0 to 1, that went to others than us between two readings. */
export function othersRatio(before: MachineTime, after: MachineTime, ourSeconds: number): number {
  const all = after.allSeconds - before.allSeconds;
  const others = after.busySeconds - before.busySeconds - ourSeconds;
  return all > 0 ? Math.min(1, Math.max(0, others / all)) : 0;
}
