/** How many sockets this process has open, those of servers that listen left out. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}

/** Resolves once no more than `count` sockets are open. */
export async function socketsClosed(count: number): Promise<void> {
  while (openSockets() > count) await new Promise((resolve) => setTimeout(resolve, 1));
}
