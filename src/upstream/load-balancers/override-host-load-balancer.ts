import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { OverrideHostConfig, OverrideHostSource } from "../load-balancing-config.js";
import type { PrioritySet } from "../priority-set.js";

/**
 * Takes the hosts that requests name, each attempt of a request the next one that the cluster has, well or not, and leaves
 * requests that name none (or no more) to another policy (`OverrideHost`).
 */
export class OverrideHostLoadBalancer implements LoadBalancer {
  private readonly sources: readonly OverrideHostSource[];
  private readonly prioritySet: PrioritySet;
  private readonly otherwise: LoadBalancer;
  /** The named hosts that a request has not tried, in order. What removes the header later does not take them away. */
  private readonly untried = new WeakMap<StreamInfo, string[]>();

  constructor({ sources }: OverrideHostConfig, prioritySet: PrioritySet, otherwise: LoadBalancer) {
    this.sources = sources;
    this.prioritySet = prioritySet;
    this.otherwise = otherwise;
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    return this.namedHost(context) ?? this.otherwise.chooseHost(context);
  }

  /** As far as requests leave it to the other policy. */
  peekAnotherHost(context: LoadBalancerContext): Host | null {
    return this.otherwise.peekAnotherHost(context);
  }

  private namedHost(context: LoadBalancerContext): Host | null {
    const { streamInfo } = context;
    if (streamInfo === null) return null;
    const untried = this.untried.get(streamInfo) ?? this.namesOf(context).split(",");
    this.untried.set(streamInfo, untried);
    while (untried.length > 0) {
      const host = this.prioritySet.hostAt((untried.shift() as string).trim());
      if (host !== null) return host;
    }
    return null;
  }

  /** What all sources say, separated by commas. */
  private namesOf(context: LoadBalancerContext): string {
    let names = "";
    for (const source of this.sources) {
      const said = textOf(source, context);
      if (said !== null && said !== "") names = names === "" ? said : `${names},${said}`;
    }
    return names;
  }
}

/** The first value of a header, or text of dynamic metadata. */
function textOf({ headerName, metadataKey }: OverrideHostSource, context: LoadBalancerContext): string | null {
  if (metadataKey === null) return context.headers?.get(headerName) ?? null;
  const value = context.streamInfo?.dynamicMetadata?.get(metadataKey.namespace, metadataKey.path);
  return typeof value === "string" ? value : null;
}
