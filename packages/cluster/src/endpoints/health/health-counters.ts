/** How often each has happened since the client was made. */
export interface HealthCounters {
  /** Ejections, also those after a trial that failed. */
  ejections: number;
  /** Endpoints that came back. */
  returns: number;
  /** Probes that have ended, and those of them that failed. */
  probes: number;
  failedProbes: number;
}
