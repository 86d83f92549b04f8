import type { FilterChainCallbacks, HttpFilterFactory } from "../../filter/filter.js";
import { type RouterContext, RouterFilter } from "./router-filter.js";

/** Puts a router at the end of each stream's chain. */
export class RouterFactory implements HttpFilterFactory {
  readonly name: string;
  private readonly context: RouterContext;

  constructor(name: string, context: RouterContext) {
    this.name = name;
    this.context = context;
  }

  createFilter(chain: FilterChainCallbacks): void {
    chain.addStreamDecoderFilter(this.name, new RouterFilter(this.context));
  }
}
