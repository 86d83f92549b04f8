import assert from "node:assert/strict";
import { test } from "node:test";
import { CLUSTER_PATH, clusterText, configOf, problemsBelow } from "./config-text.test.support.js";

const TYPE = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

function text(matcher: string): string {
  const options = `{ "@type": t/${TYPE}, explicit_http_config: { http_protocol_options: {} }, outlier_detection: { error_matcher: ${matcher} } }`;
  return clusterText(`typed_extension_protocol_options:\n  ${TYPE}: ${options}`);
}

test("error_matcher", () => {
  const status = "{ http_response_headers_match: { headers: [{ name: :status, exact_match: '500' }] } }";
  const [info] = configOf(text(`{ and_match: { rules: [${status}, { not_match: { any_match: true } }] } }`)).clusters;
  const value = { kind: "string", matcher: { kind: "exact", value: "500", ignoreCase: false } };
  const header = { name: ":status", value, invert: false, treatMissingAsEmpty: false };
  assert.deepEqual(info?.errorMatcher, {
    kind: "and",
    rules: [
      { kind: "headers", headers: [header] },
      { kind: "not", rule: { kind: "constant", value: true } },
    ],
  });
});

test("what cannot be known of a response is a warning, what cannot be used an error", () => {
  const [never] = problemsBelow(
    CLUSTER_PATH,
    text("{ http_request_headers_match: { headers: [{ name: a, present_match: true }] } }"),
  );
  assert.match(never ?? "", /warning .*http_request_headers_match: .*only the head of the response is known/);
  const wrong = "{ http_response_headers_match: { headers: [{ name: a, safe_regex_match: { regex: '(' } }] } }";
  assert.match(problemsBelow(CLUSTER_PATH, text(wrong)).join("\n"), /error .*regex/);
  const few = "{ or_match: { rules: [{ any_match: true }] } }";
  assert.match(problemsBelow(CLUSTER_PATH, text(few)).join("\n"), /error .*or_match\.rules/);
});
