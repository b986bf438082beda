/** How much a call matters, which counts when calls have to wait or are turned away. */
import { type Logger, logQuietly } from "@thrice/core";
import type { AskingCall } from "@thrice/protocol";

/** From what matters most to what matters least; what may be shed goes first. */
export const criticalities = ["critical_plus", "critical", "sheddable_plus", "sheddable"] as const;

export type Criticality = (typeof criticalities)[number];

/** Request header that tells the criticality of a call, unless a function does. */
export const criticalityHeader = "thrice-criticality";

/** Tells how much a call matters; undefined means `critical`. */
export type CriticalityOf = (call: AskingCall) => Criticality | undefined;

/** Reads the header. */
export const criticalityFromHeader: CriticalityOf = (call) =>
  call.readField(criticalityHeader) as Criticality | undefined;

/** Place of a call's criticality in {@link criticalities}. What is unknown, or fails, counts as `critical`. */
export function levelOf(call: AskingCall, of: CriticalityOf, logger: Logger): number {
  try {
    const level = criticalities.indexOf(of(call) as Criticality);
    return level < 0 ? normalLevel : level;
  } catch (error) {
    logQuietly(() => logger.debug("criticality failed", call.method.name, error));
    return normalLevel;
  }
}

const normalLevel = criticalities.indexOf("critical");
