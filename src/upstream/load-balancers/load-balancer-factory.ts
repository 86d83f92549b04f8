import type { LoadBalancer } from "../load-balancer.js";
import type { LbPolicyConfig, LocalityLbConfig } from "../load-balancing-config.js";
import { HashLoadBalancer, HashRingFactory, MaglevTableFactory } from "./hash-load-balancer.js";
import type { PickerFactory } from "./host-picker.js";
import { LeastRequestPickerFactory } from "./least-request-picker.js";
import { NoLoadBalancer } from "./no-load-balancer.js";
import { OverrideHostLoadBalancer } from "./override-host-load-balancer.js";
import { PeekingLoadBalancer } from "./peeking-load-balancer.js";
import { RandomPickerFactory } from "./random-picker.js";
import { RoundRobinPickerFactory } from "./round-robin-picker.js";
import { SubsetLoadBalancer } from "./subset-load-balancer.js";
import { type BalancerParts, ZoneAwareLoadBalancer } from "./zone-aware-load-balancer.js";

/** The balancer of a policy, over the hosts of `parts`. */
export function createLoadBalancer(config: LbPolicyConfig, parts: BalancerParts): LoadBalancer {
  switch (config.kind) {
    case "roundRobin":
      return zoneAware(parts, new RoundRobinPickerFactory(config, parts), config.locality);
    case "leastRequest":
      return zoneAware(parts, new LeastRequestPickerFactory(config, parts), config.locality);
    case "random":
      return zoneAware(parts, new RandomPickerFactory(parts.random), config.locality);
    case "ringHash":
      return new HashLoadBalancer(parts, new HashRingFactory(config, parts), config.hashing);
    case "maglev":
      return new HashLoadBalancer(parts, new MaglevTableFactory(config, parts), config.hashing);
    case "subset":
      return new SubsetLoadBalancer(config, parts, createLoadBalancer);
    case "overrideHost":
      return new OverrideHostLoadBalancer(config, parts.prioritySet, createLoadBalancer(config.policy, parts));
    case "clusterProvided":
      return new NoLoadBalancer();
  }
}

function zoneAware(parts: BalancerParts, pickers: PickerFactory, locality: LocalityLbConfig): LoadBalancer {
  const balancer = new ZoneAwareLoadBalancer(parts, pickers, locality);
  return parts.peeks ? new PeekingLoadBalancer(balancer, parts.prioritySet) : balancer;
}
