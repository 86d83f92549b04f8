import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Address } from "../../src/network/address.js";
import type { SocketError, StreamSocket, StreamSocketCallbacks } from "../../src/network/stream-socket.js";
import { SimulatedDispatcher } from "./simulated-dispatcher.js";
import { SimulatedNetwork } from "./simulated-network.js";
import { parseWireCases } from "./wire-case.js";
import type { WireNetworkOptions, WireProxy } from "./wire-proxy.js";
import { runWireCase, WIRE_NETWORKS } from "./wire-runner.js";
import type { WireSettings } from "./wire-settings.js";

const LISTEN: Address = { kind: "ip", host: "127.0.0.1", port: 80 };
const UPSTREAM: Address = { kind: "ip", host: "127.0.0.1", port: 8080 };

/** One end of a relay: whatever happens to it is done to the other end. */
class RelayEnd implements StreamSocketCallbacks {
  private readonly other: StreamSocket;
  private readonly onOver: () => void;

  constructor(other: StreamSocket, onOver: () => void) {
    this.other = other;
    this.onOver = onOver;
  }

  onSocketConnected(): void {}

  onSocketReadable(data: Buffer): void {
    this.other.writeBytes(Buffer.from(data));
  }

  onSocketWritable(): void {}

  onSocketEnd(): void {
    this.other.end();
  }

  onSocketClosed(error: SocketError | null): void {
    this.onOver();
    if (error !== null) this.other.reset();
  }
}

/** The simplest thing that can stand for a proxy: passes bytes on, and logs each connection that ended. */
function startRelay(_settings: WireSettings, options: WireNetworkOptions): WireProxy {
  const dispatcher = new SimulatedDispatcher();
  const network = new SimulatedNetwork(dispatcher, options);
  const accessLog: string[] = [];
  const listenSocket = network.listen(LISTEN, {
    onAccept: (client) => {
      const upstream = network.connect(UPSTREAM);
      upstream.setCallbacks(new RelayEnd(client, () => {}));
      const onOver = (): void => {
        accessLog.push("0 - relayed");
      };
      client.setCallbacks(new RelayEnd(upstream, onOver));
    },
    onListenError: () => {},
  });
  return {
    dispatcher,
    network,
    listenAddress: LISTEN,
    upstreamAddress: UPSTREAM,
    accessLog,
    stat: () => 0,
    stop: () => listenSocket.close(),
    leftovers: () => [],
  };
}

const EXAMPLE = `## Relayed
\`\`\`client
GET / HTTP/1.1
host: a

\`\`\`
\`\`\`upstream
GET / HTTP/1.1
host: a

\`\`\`
\`\`\`reply fin
HTTP/1.1 200 OK
content-length: 2

ok\\
\`\`\`
\`\`\`gets
HTTP/1.1 200 OK
content-length: 2

ok\\
\`\`\`
\`\`\`expect
client: closed
upstream: gone
log:
  - 0 - relayed
\`\`\`
`;

function run(markdown: string, network: WireNetworkOptions = { seed: 1, link: {} }): void {
  for (const wireCase of parseWireCases(markdown, "relay.md")) runWireCase(wireCase, "relay.md", network, startRelay);
}

describe("runWireCase", () => {
  for (const [name, network] of WIRE_NETWORKS) {
    test(`plays a case: ${name}`, () => run(EXAMPLE, network));
  }

  test("says where the origin received something else", () => {
    assert.throws(
      () => run(EXAMPLE.replace("```upstream\nGET /", "```upstream\nGET /other")),
      /relay\.md:7: upstream connection 1 received\n- GET \/other HTTP\/1\.1\\r\\n\n\+ GET \/ HTTP\/1\.1/,
    );
  });

  test("says where the client got something else, or more", () => {
    const longer = EXAMPLE.replace("```reply fin\n", "```reply fin\nHTTP/1.1 100 Continue\n\n");
    assert.throws(() => run(longer), /relay\.md:20: the client got\n\+ HTTP\/1\.1 100 Continue/);
    const more = EXAMPLE.replace("ok\\\n```\n```gets", "ok!\\\n```\n```gets");
    assert.throws(() => run(more), /relay\.md:18: the client got\n[\s\S]*- ok\n\+ ok!/);
    const unsaid = EXAMPLE.replace(/```gets[\s\S]*?```\n/, "");
    assert.throws(() => run(unsaid), /relay\.md:18: the client got more\n/);
  });

  test("says where a connection ended otherwise", () => {
    assert.throws(
      () => run(EXAMPLE.replace("client: closed", "client: open")),
      /relay\.md:24: the client's connection/,
    );
    assert.throws(
      () => run(EXAMPLE.replace("upstream: gone", "upstream: gone, open")),
      /relay\.md:24: the upstream connections/,
    );
    assert.throws(
      () => run(EXAMPLE.replace("```upstream", "```upstream 2")),
      /relay\.md:7: upstream connection 2 was not/,
    );
  });

  test("says where the access log differs", () => {
    assert.throws(() => run(EXAMPLE.replace("0 - relayed", "200 - relayed")), /relay\.md:24: the access log/);
    run(EXAMPLE.replace("0 - relayed", "0 - \\*"));
  });
});
