import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { StreamInfo } from "../../stream-info/stream-info.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import { DateHeader } from "./date-header.js";
import { contextOf, fieldsOf, headersOf } from "./manager.test.support.js";
import { mutateResponseHeaders } from "./response-header-mutation.js";

type Fields = readonly (readonly [name: string, value: string])[];

const DATE = "Thu, 01 Jan 2026 00:00:00 GMT";

/** What the client gets of a response. */
function mutate(
  config: Partial<ConnectionManagerConfig>,
  fields: Fields,
  request: Fields = [],
): Record<string, string> {
  const headers = headersOf(fields);
  mutateResponseHeaders(headers, contextOf({ config }), headersOf(request), new StreamInfo(1, 1, "HTTP/1.1", 0, 0));
  return fieldsOf(headers);
}

describe("mutateResponseHeaders", () => {
  test("date is added where it is absent", () => {
    assert.equal(mutate({}, []).date, DATE);
    assert.equal(mutate({}, [["date", "yesterday"]]).date, "yesterday");
  });

  const servers: readonly (readonly [
    transformation: ConnectionManagerConfig["serverHeaderTransformation"],
    upstream: string | null,
    server: string | undefined,
  ])[] = [
    ["overwrite", null, "sluice"],
    ["overwrite", "nginx", "sluice"],
    ["appendIfAbsent", null, "sluice"],
    ["appendIfAbsent", "nginx", "nginx"],
    ["passThrough", null, undefined],
    ["passThrough", "nginx", "nginx"],
  ];
  for (const [serverHeaderTransformation, upstream, server] of servers) {
    test(`server: ${serverHeaderTransformation} makes ${upstream} ${server}`, () => {
      const fields: Fields = upstream === null ? [] : [["server", upstream]];
      assert.equal(mutate({ serverHeaderTransformation }, fields).server, server);
    });
  }

  test("server has the configured name", () => {
    assert.equal(mutate({ serverName: "other" }, []).server, "other");
  });

  test("via is appended", () => {
    assert.equal(mutate({ via: "1.1 sluice" }, [["via", "1.1 origin"]]).via, "1.1 origin, 1.1 sluice");
  });

  const REQUEST: Fields = [["x-request-id", "7"]];

  test("x-request-id comes back only where it is asked for", () => {
    assert.equal(mutate({}, [], REQUEST)["x-request-id"], undefined);
    assert.equal(mutate({ alwaysSetRequestIdInResponse: true }, [], REQUEST)["x-request-id"], "7");
    assert.equal(mutate({ alwaysSetRequestIdInResponse: true }, [["x-request-id", "8"]], REQUEST)["x-request-id"], "7");
    assert.equal(mutate({ alwaysSetRequestIdInResponse: true }, [], [])["x-request-id"], undefined);
  });

  test("or where an internal client forces the trace", () => {
    const internalCidrRanges = [{ addressPrefix: "10.0.0.0", prefixLength: 8 }];
    const request: Fields = [...REQUEST, ["x-envoy-force-trace", "1"]];
    assert.equal(mutate({ internalCidrRanges }, [], request)["x-request-id"], "7");
  });
});

test("the date follows the clock, second by second", () => {
  const dispatcher = new SimulatedDispatcher();
  const date = new DateHeader(dispatcher);
  assert.equal(date.value, DATE);
  dispatcher.runFor(999);
  assert.equal(date.value, DATE);
  dispatcher.runFor(1);
  assert.equal(date.value, "Thu, 01 Jan 2026 00:00:01 GMT");
});
