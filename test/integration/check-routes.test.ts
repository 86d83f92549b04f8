import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SluiceCommand, temporaryDirectory } from "../support/sluice-process.js";

const PAGE = readFileSync(fileURLToPath(new URL("../../../docs/check-routes.md", import.meta.url)), "utf8");

/** Blocks of a kind in the page. */
function blocks(kind: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, "gm"))].map((match) => match[1] as string);
}

test("docs/check-routes.md shows what the program prints", async (t) => {
  const directory = temporaryDirectory(t);
  const [routes = "", tests = ""] = blocks("yaml");
  writeFileSync(join(directory, "routes.yaml"), routes);
  writeFileSync(join(directory, "tests.yaml"), tests);
  const [example = ""] = blocks("console");
  const [command = "", ...output] = example.split("\n");
  const args = command
    .split(" ")
    .slice(2)
    .map((arg) => (arg.endsWith(".yaml") ? join(directory, arg) : arg));
  const { code, stdout, stderr } = await SluiceCommand.run(t, ...args);
  assert.equal(stderr, "");
  assert.equal(code, 1);
  assert.equal(stdout.replaceAll(`${directory}/`, ""), output.join("\n"));
});

const TABLE = `
virtual_hosts:
- name: all
  domains: ["*"]
  routes:
  - { match: { path: /a }, route: { cluster: a } }
  - { match: { prefix: / }, route: { cluster: b } }
`;

const manager = (name: string): string => `
    - filters:
      - name: manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ${name}
          route_config: { name: ${name}, virtual_hosts: [{ name: v, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: ${name} } }] }] }`;

/** Neither its filter is known nor its cluster there. */
const BOOTSTRAP = `
static_resources:
  listeners:
  - filter_chains:
    - filters: [{ name: other, typed_config: { "@type": type.googleapis.com/no.such.Filter } }]${manager("one")}${manager("two")}
`;

const one = (cluster: string): string =>
  `tests: [{ test_name: one, input: { authority: h, path: /a, method: GET }, validate: { cluster_name: ${cluster} } }]`;

const CASES: readonly {
  readonly config?: string;
  readonly tests?: string;
  readonly args?: readonly string[];
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}[] = [
  { code: 0, stdout: /^ok {4}one\n1 test, 0 failed\nroute coverage: 50 % \(1 of 2 routes\)\n$/ },
  { args: ["--only-show-failures"], code: 0, stdout: /^1 test, 0 failed\n/ },
  { tests: one("b"), code: 1, stdout: /cluster_name: expected "b", got "a"\n/ },
  { args: ["--fail-under", "51"], code: 1, stderr: /^sluice: the route coverage of 50 % is below 51 %\n$/ },
  { args: ["--fail-under", "50"], code: 0 },
  { args: ["--fail-under", "half"], code: 2, stderr: /--fail-under is a percentage from 0 to 100, not 'half'/ },
  { args: ["--json"], code: 0, stdout: /"covered": 1,\n {4}"percent": 50/ },
  { args: ["more"], code: 2, stderr: /takes two files/ },
  { config: BOOTSTRAP, code: 2, stderr: /name one of one, two with --route-config/ },
  {
    config: BOOTSTRAP,
    args: ["--route-config", "three"],
    code: 2,
    stderr: /no route configuration 'three', but one, two/,
  },
  { config: BOOTSTRAP, tests: one("two"), args: ["--route-config", "two"], code: 0, stdout: /100 % \(1 of 1 routes\)/ },
  {
    config: "static_resources: {}",
    code: 1,
    stderr: /error: has no `route_config`, and is no route configuration itself/,
  },
  { config: "virtual_hosts: [{ name: a }]", code: 1, stderr: /virtual_hosts\[0\]\.domains/ },
  { config: "", code: 1, stderr: /config\.yaml: error: is empty/ },
  {
    tests: "tests: [{ test_name: a, inptu: {} }]",
    code: 1,
    stderr: /unknown field `inptu`.*[\s\S]*did you mean `input`/,
  },
  { tests: "tests: []", code: 1, stderr: /tests\.yaml:1:8: error: tests: / },
  { tests: one("a").replace("cluster_name: a", ""), code: 1, stderr: /nothing is expected, so the test cannot fail/ },
];

test("exit codes and output", async (t) => {
  const results = await Promise.all(
    CASES.map(({ config = TABLE, tests = one("a"), args = [] }) => {
      const directory = temporaryDirectory(t);
      writeFileSync(join(directory, "config.yaml"), config);
      writeFileSync(join(directory, "tests.yaml"), tests);
      const files = ["-c", join(directory, "config.yaml"), "-t", join(directory, "tests.yaml")];
      return SluiceCommand.run(t, "check-routes", ...files, ...args);
    }),
  );
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    const expected = CASES[index] as (typeof CASES)[number];
    const where = `case ${index}\n${stdout}${stderr}`;
    assert.equal(code, expected.code, where);
    assert.match(stdout, expected.stdout ?? /^/, where);
    assert.match(stderr, expected.stderr ?? /^$/, where);
  }
});
