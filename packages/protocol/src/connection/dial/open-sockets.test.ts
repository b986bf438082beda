import { EventEmitter } from "node:events";
import type { PoolSocket } from "./network.js";
import { OpenSockets } from "./open-sockets.js";

test("whoever waits for the end of sockets keeps the process alive until they are closed", async () => {
  const socket = Object.assign(new EventEmitter(), { ref: jest.fn() });
  const sockets = new OpenSockets();
  sockets.add(socket as unknown as PoolSocket);
  expect(socket.ref).not.toHaveBeenCalled();
  const closed = sockets.allClosed();
  expect(socket.ref).toHaveBeenCalledTimes(1);
  socket.emit("close");
  await closed;
});
