/** Sockets that speak TLS with a peer of which the name is known. */
import { isIP } from "node:net";
import { checkServerIdentity, connect, type SecureContext, type TLSSocket } from "node:tls";
import type { ClientTls } from "../../tls/client-tls.js";
import { noAlpnError } from "../../tls/explain-tls-error.js";
import { type Network, type PoolSocket, systemNetwork, tcpKeepaliveMs } from "./network.js";
import type { Target } from "./target.js";

/**
 * The system's network with TLS on it, for the connections to one target.
 *
 * A peer has to show a certificate for the target's host, or for `serverName`, and to choose `h2`. The last session is
 * kept, so that a later connection takes no second proof: the peer has shown then that it is the same. With other
 * certificates on this side it has to show it anew.
 */
export class SecureNetwork implements Network {
  readonly lookup = systemNetwork.lookup;
  readonly #tls: ClientTls;
  readonly #peerName: string;
  #session: Buffer | undefined;
  /** What the session was made with. */
  #context: SecureContext | undefined;

  constructor(tls: ClientTls, target: Target) {
    this.#tls = tls;
    this.#peerName = tls.serverName ?? ("path" in target ? "localhost" : target.host);
  }

  connect(target: Target): PoolSocket {
    const peerName = this.#peerName;
    const { secureContext } = this.#tls;
    if (secureContext !== this.#context) this.#session = undefined;
    this.#context = secureContext;
    const socket = connect({
      ...target,
      secureContext,
      ALPNProtocols: ["h2"],
      // Stated, since an environment variable of Node.js turns the default off.
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => checkServerIdentity(peerName, certificate),
      // RFC 6066 section 3: no address, and no dot at the end.
      ...(isIP(peerName) === 0 && { servername: peerName.replace(/\.$/, "") }),
      ...(this.#session !== undefined && { session: this.#session }),
    });
    socket.once("connect", () => socket.setKeepAlive(true, tcpKeepaliveMs));
    socket.once("secureConnect", () => this.#checkProtocol(socket));
    socket.on("session", (session) => {
      if (secureContext === this.#context) this.#session = session;
    });
    // Whatever went wrong, the next try owes nothing to this one.
    socket.once("error", () => {
      this.#session = undefined;
    });
    return socket;
  }

  #checkProtocol(socket: TLSSocket): void {
    if (socket.alpnProtocol !== "h2") socket.destroy(noAlpnError());
  }
}
