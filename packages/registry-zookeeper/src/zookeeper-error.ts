/** An operation that ZooKeeper has refused. */
export class ZookeeperError extends Error {
  override readonly name = "ZookeeperError";
  /** Number of the refusal, as in `errorCode`. */
  readonly code: number;

  constructor(code: number, subject: string) {
    super(`${texts[code] ?? "refused"} (${code}): ${subject}`);
    this.code = code;
  }
}

/** Refusals that are told apart. @see org.apache.zookeeper.KeeperException.Code */
export const errorCode = {
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  nodeExists: -110,
  sessionExpired: -112,
  authFailed: -115,
  sessionMoved: -118,
} as const;

/** Whether `cause` is the refusal with that code. */
export function isRefusal(cause: unknown, code: number): boolean {
  return cause instanceof ZookeeperError && cause.code === code;
}

/** What went wrong, in words. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

const texts: Readonly<Record<number, string>> = {
  "-5": "the request could not be read",
  "-6": "the server does not know the operation",
  "-8": "the arguments are wrong",
  "-101": "there is no such node",
  "-102": "the user may not do that",
  "-103": "the node was changed meanwhile",
  "-108": "the parent is ephemeral and can have no children",
  "-110": "the node exists",
  "-111": "the node has children",
  "-112": "the session has expired",
  "-114": "the access list is not valid",
  "-115": "authentication failed",
  "-118": "the session has moved to another server",
  "-119": "the server is read-only",
  "-125": "a quota is exceeded",
};
