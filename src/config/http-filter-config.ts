import type {
  HttpConnectionManager,
  HttpFilter,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { HttpFilterConfig } from "../http/filter/filter-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { resolveExtension } from "./extension.js";
import { HTTP_FILTERS, type HttpFilterExtension } from "./http-filter-registry.js";
import { extensions, implemented, type MessageTable, refusedByConverter } from "./implemented-fields.js";

export const HTTP_FILTER_FIELDS: MessageTable = implemented<HttpFilter>(
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
  {
    name: true,
    typed_config: extensions(() => HTTP_FILTERS.map((filter) => filter.table)),
    config_discovery: refusedByConverter("filters are configured where they stand"),
    is_optional: true,
    disabled: true,
  },
);

/** The chain of HTTP filters of ordinary requests, which must not be empty. */
export function convertHttpFilters(manager: HttpConnectionManager, context: ConversionContext): HttpFilterConfig[] {
  if (manager.httpFilters.length === 0) {
    context.error(manager, "httpFilters", "there are no `http_filters`, so nothing answers a request", TERMINAL_HINT);
  }
  return convertFilterChain(manager.httpFilters, context);
}

const TERMINAL_HINT = "end the list with envoy.filters.http.router";

/** A chain of HTTP filters; it has to end with a terminal filter, which may stand nowhere else. */
export function convertFilterChain(messages: readonly HttpFilter[], context: ConversionContext): HttpFilterConfig[] {
  const filters: HttpFilterConfig[] = [];
  /** Filters that were found, also when their configuration has errors: the order can be judged all the same. */
  const found: { readonly message: HttpFilter; readonly isTerminal: boolean }[] = [];
  let complete = true;
  for (const message of messages) {
    const leftOut = whyLeftOut(message);
    const resolved = resolveExtension(context, message, "HTTP filter", HTTP_FILTERS, leftOut);
    if (resolved === null) {
      complete &&= leftOut !== "";
      if (message.disabled && !message.isOptional) context.leftOutFilters.add(message.name);
      continue;
    }
    const { isTerminal } = resolved.extension as HttpFilterExtension;
    found.push({ message, isTerminal });
    const config = resolved.extension.convert(resolved.message, context);
    if (config === null) continue;
    const { name, disabled } = message;
    if (disabled && isTerminal) {
      context.error(message, "disabled", `the filter "${name}" ends the chain and cannot be disabled`);
    }
    filters.push({ name, typeName: resolved.extension.table.typeName, disabled, config });
  }
  checkTerminal(messages, found, complete, context);
  return filters;
}

/** A disabled filter is missed only by a route that enables it, which is the route's error then. */
function whyLeftOut({ isOptional, disabled }: HttpFilter): string {
  if (isOptional) return "it is optional and left out";
  return disabled ? "it is disabled and left out" : "";
}

function checkTerminal(
  messages: readonly HttpFilter[],
  found: readonly { readonly message: HttpFilter; readonly isTerminal: boolean }[],
  complete: boolean,
  context: ConversionContext,
): void {
  const last = found.at(-1);
  for (const { message, isTerminal } of found) {
    if (!isTerminal || message === messages.at(-1)) continue;
    context.error(message, null, `the filter "${message.name}" ends the chain and must be the last one`);
  }
  // A filter that is not known might be the terminal one.
  if (complete && last !== undefined && !last.isTerminal) {
    context.error(
      last.message,
      null,
      `the last HTTP filter must be one that ends the chain, not "${last.message.name}"`,
      TERMINAL_HINT,
    );
  }
}
