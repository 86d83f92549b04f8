import { readFileSync } from "node:fs";

/** The version of the package, from its `package.json`, which stands two folders above the compiled code. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return version;
}

/** In Envoy's form: `<commit>/<version>/<Clean|Modified>/<build>/<TLS library>`. */
export function versionText(): string {
  return `npm/${packageVersion()}/Clean/RELEASE/OpenSSL-${process.versions.openssl}`;
}
