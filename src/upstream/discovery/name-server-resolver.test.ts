import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { DNS } from "../cluster.test.support.js";
import { createDnsResolver } from "./create-dns-resolver.js";
import { NameServerResolver } from "./name-server-resolver.js";
import { SystemResolver } from "./system-resolver.js";

const A = 1;
const AAAA = 28;
/** Response codes (RFC 1035 4.1.1). */
const SERVFAIL = 2;
const NOT_FOUND = 3;

/** What a name server answers for a type of record: addresses as bytes with their time to live, in seconds. */
type Records = readonly { readonly data: readonly number[]; readonly ttl: number }[];

/** A name server on loopback; `127.0.0.1:<port>`. @param code its response code where there are no records */
async function nameServer(
  t: TestContext,
  recordsOf: (name: string, type: number) => Records,
  code = NOT_FOUND,
): Promise<string> {
  const socket = createSocket("udp4");
  socket.on("message", (query, peer) => socket.send(answerTo(query, recordsOf, code), peer.port, peer.address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

/** An answer with the query's question (RFC 1035 4.1). */
function answerTo(query: Buffer, recordsOf: (name: string, type: number) => Records, code: number): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] as number; length > 0; length = query[at] as number) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const records = recordsOf(labels.join("."), type);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (records.length === 0 ? code : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const answers = records.map(({ data, ttl }) => {
    const record = Buffer.alloc(12 + data.length);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(ttl, 6);
    record.writeUInt16BE(data.length, 10);
    record.set(data, 12);
    return record;
  });
  return Buffer.concat([header, query.subarray(12, at + 5), ...answers]);
}

const BOTH = (name: string, type: number): Records => {
  if (name !== "both.test") return [];
  if (type === AAAA) return [{ data: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], ttl: 30 }];
  return [
    { data: [10, 0, 0, 1], ttl: 60 },
    { data: [10, 0, 0, 2], ttl: 20 },
  ];
};

test("asks the servers it is given, for the families that are wanted, and says how long answers hold", async (t) => {
  const resolver = new NameServerResolver([await nameServer(t, BOTH)], null);
  const v4 = ["10.0.0.1", "10.0.0.2"];
  assert.deepEqual(await resolver.resolve("both.test", "v4Only"), { addresses: v4, ttlMs: 20_000 });
  assert.deepEqual(await resolver.resolve("both.test", "v4Preferred"), { addresses: v4, ttlMs: 20_000 });
  for (const family of ["v6Only", "auto"] as const) {
    assert.deepEqual(await resolver.resolve("both.test", family), { addresses: ["2001:db8::7"], ttlMs: 30_000 });
  }
  const all = await resolver.resolve("both.test", "all");
  assert.deepEqual(all, { addresses: ["2001:db8::7", ...v4], ttlMs: 20_000 });
});

test("one family is enough; that there is none is an answer", async (t) => {
  const records = (name: string, type: number) => (type === A && name === "v4.test" ? BOTH("both.test", A) : []);
  const resolver = new NameServerResolver([await nameServer(t, records)], null);
  assert.deepEqual((await resolver.resolve("v4.test", "auto")).addresses, ["10.0.0.1", "10.0.0.2"]);
  for (const [name, family] of [
    ["v4.test", "v6Only"],
    ["none.test", "all"],
  ] as const) {
    assert.deepEqual(await resolver.resolve(name, family), { addresses: [], ttlMs: null });
  }
  const empty = new NameServerResolver([await nameServer(t, () => [], 0)], null);
  assert.deepEqual(await empty.resolve("none.test", "v4Only"), { addresses: [], ttlMs: null });
});

test("a server that fails leaves it open", async (t) => {
  const resolver = new NameServerResolver([await nameServer(t, () => [], SERVFAIL)], null);
  await assert.rejects(resolver.resolve("a.test", "v4Only"), { code: "ESERVFAIL" });
  const half = (name: string, type: number) => (type === AAAA ? BOTH(name, type) : []);
  const halfFailing = new NameServerResolver([await nameServer(t, half, SERVFAIL)], null);
  assert.deepEqual((await halfFailing.resolve("both.test", "v4Preferred")).addresses, ["2001:db8::7"]);
  await assert.rejects(halfFailing.resolve("both.test", "v4Only"), { code: "ESERVFAIL" });
});

test("what the servers do not know, the system may", async (t) => {
  const otherwise = { resolve: async () => ({ addresses: ["127.0.0.1"], ttlMs: null }) };
  const resolver = new NameServerResolver([await nameServer(t, () => [])], otherwise);
  assert.deepEqual(await resolver.resolve("localhost", "v4Only"), { addresses: ["127.0.0.1"], ttlMs: null });
});

test("the configuration says which resolver it is", () => {
  assert.ok(createDnsResolver(DNS) instanceof SystemResolver);
  assert.ok(createDnsResolver({ ...DNS, respectTtl: true }) instanceof NameServerResolver);
  assert.ok(createDnsResolver({ ...DNS, resolvers: ["192.0.2.1:53"] }) instanceof NameServerResolver);
});
