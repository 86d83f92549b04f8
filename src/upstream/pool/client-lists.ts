import { assert } from "../../common/assert.js";
import { LinkedList } from "../../common/linked-list.js";
import type { ActiveClient, ClientState } from "./active-client.js";

const LEGAL: { readonly [from in ClientState]: readonly ClientState[] } = {
  connecting: ["ready", "closed"],
  ready: ["busy", "closed"],
  busy: ["ready", "closed"],
  closed: [],
};

/** The connections of a pool by their state. The only writer of `ActiveClient.state`: the lists follow it. Owner: `ConnectionPool`. */
export class ClientLists {
  readonly connecting = new LinkedList<ActiveClient>();
  /** The one used last stands first. */
  readonly ready = new LinkedList<ActiveClient>();
  readonly busy = new LinkedList<ActiveClient>();

  get size(): number {
    return this.connecting.size + this.ready.size + this.busy.size;
  }

  /** A client whose connect has begun. */
  addConnecting(client: ActiveClient): void {
    this.connecting.pushBack(client);
  }

  transition(client: ActiveClient, to: ClientState): void {
    const from = client.state;
    assert(LEGAL[from].includes(to), `client ${from} -> ${to}`);
    this.listOf(from).remove(client);
    client.state = to;
    if (to !== "closed") this.listOf(to).pushFront(client);
  }

  private listOf(state: ClientState): LinkedList<ActiveClient> {
    assert(state !== "closed", "a closed client is in no list");
    if (state === "connecting") return this.connecting;
    return state === "ready" ? this.ready : this.busy;
  }
}
