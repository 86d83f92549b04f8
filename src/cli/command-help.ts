/** An option as the help lists it and the command line is read by it. */
export interface OptionHelp {
  readonly name: string;
  readonly short?: string;
  /** What its value is called; without one the option is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly help: string;
}

/** A subcommand with the options that only it takes. */
export interface CommandHelp {
  readonly name: string;
  /** What follows `sluice` on the command line. */
  readonly usage: string;
  readonly help: string;
  readonly options: readonly OptionHelp[];
  /** More for `sluice NAME --help`: paragraphs, ready to print. */
  readonly text: string;
}

export const COMMANDS: readonly CommandHelp[] = [
  {
    name: "validate",
    usage: "validate -c FILE",
    help: "check a configuration",
    options: [{ name: "json", help: "print JSON, for machines" }],
    text: `sluice validate -c envoy.yaml; with -c - it reads standard input. Exit code 0 when the configuration can be used,
warnings or not, and 1 otherwise. docs/configuration-errors.md explains the output.
`,
  },
  {
    name: "to",
    usage: "to URL [URL...]",
    help: "a proxy to these URLs, without a file",
    options: [
      { name: "listen", value: "PORT", help: "port, or address:port; default 127.0.0.1:10000" },
      { name: "admin", value: "PORT", help: "port, or address:port, of the admin interface; default none" },
      { name: "keep-host", help: "pass the client's host header on; default is the host of the URL" },
      { name: "print-config", help: "print the equivalent Envoy configuration and end" },
    ],
    text: `Several URLs are hosts that take requests in turn. A path in the URL is put before the request's: with
http://localhost:3000/api a request for /users asks for /api/users.
`,
  },
  {
    name: "explain",
    usage: "explain METHOD URL",
    help: "which route a request takes, and why",
    options: [
      { name: "header", short: "H", value: "'NAME: VALUE'", multiple: true, help: "a header of the request" },
      { name: "data", short: "d", value: "TEXT", help: "the body of the request" },
      { name: "listener", value: "NAME", help: "the listener that gets it; default is the one on the URL's port" },
      { name: "client", value: "ADDRESS", help: "the IP address that it comes from; default is this machine" },
      { name: "json", help: "print JSON, for machines" },
    ],
    text: `sluice explain -c FILE GET http://shop.example:10000/api -H 'x-canary: 1'

The request goes through the proxy's own filters and routes, without a network: nothing is sent. Exit code 0 when
it takes a route, 1 when not, 2 for a mistake on the command line.
`,
  },
  {
    name: "check-routes",
    usage: "check-routes -t TESTS",
    help: "whether routes are what tests expect",
    options: [
      { name: "test-path", short: "t", value: "TESTS", help: "the file of tests, YAML or JSON" },
      { name: "route-config", value: "NAME", help: "the route configuration that is meant, where there are several" },
      { name: "fail-under", value: "PERCENT", help: "fail when the tests take a smaller share of the routes" },
      { name: "only-show-failures", help: "leave out tests that pass" },
      { name: "detailed-coverage", help: "list the routes that no test takes" },
      { name: "json", help: "print JSON, for machines" },
    ],
    text: `sluice check-routes -c envoy.yaml -t route-tests.yaml

The configuration is a bootstrap or a single route configuration; the tests are those of Envoy's route table check tool.
Exit code 0 when all is as expected, 1 when not, 2 for a mistake on the command line. docs/check-routes.md has an
example and all fields.
`,
  },
  {
    name: "schema",
    usage: "schema",
    help: "a JSON Schema of the configuration, for editors",
    options: [],
    text: "sluice schema > sluice.schema.json; docs/editor.md says how an editor takes it.\n",
  },
  { name: "demo", usage: "demo", help: "a proxy with two upstreams, to try things on", options: [], text: "" },
  {
    name: "flow",
    usage: "flow [STREAM]",
    help: "what happened to recent requests, from a running proxy's admin",
    options: [],
    text: "",
  },
];

/** Lines of options in columns, each with a line break. */
export function optionLines(options: readonly OptionHelp[]): string {
  return options
    .map(({ name, short, value, help }) => {
      const names = `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
      return `  ${names.padEnd(36)} ${help}\n`;
    })
    .join("");
}

/** The help of one subcommand. */
export function commandHelpText(command: CommandHelp): string {
  const parts = [`usage: sluice ${command.usage} [options]\n\n${command.help}\n`];
  if (command.text !== "") parts.push(command.text);
  if (command.options.length > 0) parts.push(`options:\n${optionLines(command.options)}`);
  parts.push("The other options are those of 'sluice --help'.\n");
  return parts.join("\n");
}
