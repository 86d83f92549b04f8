import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { ConfigError, type EmbeddedProxy, ListenError, type ProxyOptions, startProxy } from "../../src/index.js";

const HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

/** A listener that answers everything itself, on a free port if none is given. */
function answering(body: string, { port = 0, admin = false } = {}): object {
  return {
    ...(admin ? { admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } } } : {}),
    static_resources: {
      listeners: [
        {
          name: "in",
          address: { socket_address: { address: "127.0.0.1", port_value: port } },
          filter_chains: [{ filters: [{ name: "hcm", typed_config: connectionManager(body) }] }],
        },
      ],
    },
  };
}

function connectionManager(body: string): object {
  const routes = [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: body } } }];
  return {
    "@type": HCM,
    stat_prefix: "in",
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
    http_filters: [{ name: "envoy.filters.http.router", typed_config: { "@type": ROUTER } }],
  };
}

async function ask(url: string, method = "GET"): Promise<string> {
  const response = await fetch(url, { method, headers: { connection: "close" } });
  return await response.text();
}

async function withProxy(
  message: object,
  use: (proxy: EmbeddedProxy) => Promise<void>,
  options?: ProxyOptions,
): Promise<void> {
  const proxy = await startProxy({ message }, options);
  try {
    await use(proxy);
  } finally {
    await proxy.shutdown();
  }
}

test("two proxies in one process know nothing of each other", async () => {
  await withProxy(answering("one"), async (one) => {
    await withProxy(answering("two"), async (two) => {
      assert.equal(await ask(`http://127.0.0.1:${one.port("in")}/`), "one");
      assert.equal(await ask(`http://127.0.0.1:${two.port("in")}/`), "two");
      assert.equal(two.stat("http.in.downstream_rq_total"), 1);
    });
    assert.equal(await ask(`http://127.0.0.1:${one.port("in")}/`), "one");
    assert.equal(one.stat("http.in.downstream_rq_total"), 2);
  });
});

test("the bootstrap as YAML; with workers", async () => {
  const text = JSON.stringify(answering("text"));
  const proxy = await startProxy({ text: `# JSON is YAML\n${text}` }, { concurrency: 2 });
  try {
    assert.equal(await ask(`http://127.0.0.1:${proxy.port("in")}/`), "text");
  } finally {
    await proxy.shutdown();
  }
  assert.deepEqual(proxy.listeners, []);
});

test("what is not there is said by name", async () => {
  await withProxy(answering(""), async (proxy) => {
    assert.throws(() => proxy.port("out"), { message: "no listener 'out' is bound; there is: in" });
    assert.equal(proxy.stat("http.in.no_such_stat"), null);
    assert.equal(proxy.adminAddress, null);
  });
});

test("a mistake in the bootstrap has its line and its path, and nothing is listening", async () => {
  await assert.rejects(startProxy({ message: { static_resources: { listener: [] } } }), (error) => {
    assert.ok(error instanceof ConfigError);
    const [problem] = error.problems;
    assert.deepEqual([problem?.file, problem?.line, problem?.path], ["bootstrap", 3, "static_resources.listener"]);
    return true;
  });
});

test("fields without effect are warnings, and errors if that is asked for", async () => {
  const message = { ...answering(""), watchdogs: {} };
  await withProxy(message, async ({ warnings }) => {
    assert.deepEqual(
      warnings.map(({ path }) => path),
      ["watchdogs"],
    );
  });
  await assert.rejects(startProxy({ message }, { strict: true }), ConfigError);
});

test("an address that is taken is an error that names it", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  try {
    await assert.rejects(startProxy({ message: answering("", { port }) }), (error) => {
      assert.ok(error instanceof ListenError);
      assert.match(error.message, new RegExp(`^listener in: cannot listen on 127\\.0\\.0\\.1:${port}: `));
      return true;
    });
  } finally {
    taken.close();
  }
});

test("the admin of an embedded proxy shows its configuration, and quitting is the application's to decide", async () => {
  let asked = 0;
  const onQuitRequest = () => void asked++;
  await withProxy(
    answering("up", { admin: true }),
    async (proxy) => {
      assert.ok(proxy.adminAddress?.kind === "ip");
      const admin = `http://127.0.0.1:${proxy.adminAddress.port}`;
      assert.match(await ask(`${admin}/config_dump`), /"stat_prefix": "in"/);
      await ask(`${admin}/quitquitquit`, "POST");
      assert.equal(asked, 1);
      assert.equal(await ask(`http://127.0.0.1:${proxy.port("in")}/`), "up");
    },
    { onQuitRequest },
  );
});

test("without a wish, a quit of the admin shuts the proxy down", async () => {
  await withProxy(answering("up", { admin: true }), async (proxy) => {
    assert.ok(proxy.adminAddress?.kind === "ip");
    const url = `http://127.0.0.1:${proxy.port("in")}/`;
    await ask(`http://127.0.0.1:${proxy.adminAddress.port}/quitquitquit`, "POST");
    await proxy.shutdown();
    await assert.rejects(fetch(url));
  });
});
