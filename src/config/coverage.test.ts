import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOTSTRAP_FIELDS } from "./bootstrap-config.js";
import { coverageOf, type FieldCoverage, shortName } from "./coverage.js";
import { DescriptorStore } from "./decode/descriptor-store.js";
import {
  extensions,
  ignored,
  implemented,
  type MessageTable,
  refused,
  refusedByConverter,
  sameAs,
  values,
} from "./implemented-fields.js";

const STORE = DescriptorStore.packed();
const PIPE = implemented("envoy.config.core.v3.Pipe", { path: true });
const SOCKET_ADDRESS = implemented("envoy.config.core.v3.SocketAddress", {
  protocol: values(() => ({ TCP: "tcp" })),
  address: true,
  port_value: true,
  named_port: refusedByConverter("nothing resolves it"),
  resolver_name: ignored("nothing resolves it either"),
  ipv4_compat: sameAs(false),
  network_namespace_filepath: true,
});

function fieldOf(table: MessageTable, name: string, typeName: string = table.typeName): FieldCoverage | undefined {
  const message = coverageOf(table, STORE).messages.find((candidate) => candidate.typeName === typeName);
  return message?.fields.find((field) => field.name === name);
}

test("every field of a message has the state that its table gives it", () => {
  const [message] = coverageOf(SOCKET_ADDRESS, STORE).messages;
  assert.equal(message?.typeName, "envoy.config.core.v3.SocketAddress");
  const states = Object.fromEntries((message?.fields ?? []).map(({ name, state, note }) => [name, [state, note]]));
  assert.deepEqual(states, {
    protocol: ["limited", "not `UDP`"],
    address: ["implemented", ""],
    port_value: ["implemented", ""],
    named_port: ["refused", "nothing resolves it"],
    resolver_name: ["noEffect", "nothing resolves it either"],
    ipv4_compat: ["limited", "only `false`, others have no effect"],
    network_namespace_filepath: ["implemented", ""],
  });
});

test("an enum with all its values is implemented", () => {
  const table = implemented("envoy.config.core.v3.SocketAddress", { protocol: values(() => ["TCP", "UDP"]) });
  assert.equal(fieldOf(table, "protocol")?.state, "implemented");
});

test("messages below are listed with their places, once for each table", () => {
  const address = implemented("envoy.config.core.v3.Address", { socket_address: SOCKET_ADDRESS, pipe: () => PIPE });
  const other = implemented("envoy.config.core.v3.Address", { pipe: PIPE });
  const listener = implemented("envoy.config.listener.v3.Listener", {
    address,
    additional_addresses: implemented("envoy.config.listener.v3.AdditionalAddress", { address: other }),
    api_listener: refused("there is no socket"),
  });
  const { messages } = coverageOf(listener, STORE);
  const addresses = messages.filter(({ typeName }) => typeName === "envoy.config.core.v3.Address");
  assert.deepEqual(
    addresses.map(({ places }) => places),
    [["Listener.address"], ["AdditionalAddress.address"]],
  );
  const pipe = messages.filter(({ typeName }) => typeName === "envoy.config.core.v3.Pipe");
  assert.deepEqual(
    pipe.map(({ places }) => places),
    [["Address.pipe"]],
  );
  assert.equal(fieldOf(listener, "api_listener")?.state, "refused");
  assert.equal(fieldOf(listener, "api_listener")?.note, "there is no socket");
});

test("extensions are listed with the fields that take them, and their messages too; tables may contain themselves", () => {
  const socket: MessageTable = implemented("envoy.config.core.v3.TransportSocket", {
    typed_config: extensions(() => [startTls]),
  });
  const startTls: MessageTable = implemented("envoy.extensions.transport_sockets.starttls.v3.UpstreamStartTlsConfig", {
    tls_socket_config: true,
  });
  const { extensions: found, messages } = coverageOf(socket, STORE);
  assert.deepEqual(found, [{ typeName: startTls.typeName, places: ["TransportSocket.typed_config"] }]);
  assert.deepEqual(
    messages.map(({ typeName }) => shortName(typeName)),
    ["TransportSocket", "UpstreamStartTlsConfig"],
  );
});

test("deprecated fields are marked", () => {
  const node = implemented("envoy.config.core.v3.Node", { id: true });
  assert.equal(fieldOf(node, "id")?.isDeprecated, false);
  assert.equal(fieldOf(node, "listening_addresses")?.isDeprecated, true);
});

test("a table that names what the protos do not have is a bug", () => {
  assert.throws(() => coverageOf(implemented("envoy.config.core.v3.Nope", {}), STORE), /which no proto has/);
  const strange = implemented("envoy.config.core.v3.Pipe", { nope: true });
  assert.throws(() => coverageOf(strange, STORE), /Pipe has no field nope/);
  const wrongValue = implemented("envoy.config.core.v3.SocketAddress", { protocol: values(() => ["SCTP"]) });
  assert.throws(() => coverageOf(wrongValue, STORE), /protocol has no value SCTP/);
});

test("the proxy's own tables name only what the protos have", () => {
  const { messages, extensions: found } = coverageOf(BOOTSTRAP_FIELDS, STORE);
  assert.ok(messages.length > 50);
  assert.ok(found.some(({ typeName }) => typeName === "envoy.extensions.filters.http.router.v3.Router"));
});
