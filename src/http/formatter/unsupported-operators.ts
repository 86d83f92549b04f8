/*
 * Operators that Envoy knows and whose facts Sluice does not gather yet. They compile, so that a configuration made
 * for Envoy loads, and print what a missing value prints; whoever loads the configuration warns about them.
 */

/** They need extensions of their own: expressions, files, secrets. */
const EXTENSIONS = "CEL TYPED_CEL FILE_CONTENT SECRET";

const CLOSE_REASONS =
  "UPSTREAM_LOCAL_CLOSE_REASON DOWNSTREAM_DETECTED_CLOSE_TYPE UPSTREAM_DETECTED_CLOSE_TYPE DOWNSTREAM_LOCAL_CLOSE_REASON";

export const UNSUPPORTED_OPERATORS: ReadonlySet<string> = new Set(`${EXTENSIONS} ${CLOSE_REASONS}`.split(" "));

/** True for an operator that Envoy knows and that never has a value here. */
export function isUnsupportedOperator(name: string): boolean {
  return UNSUPPORTED_OPERATORS.has(name);
}
