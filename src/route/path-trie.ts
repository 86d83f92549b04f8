/** Routes by a prefix of the path: a radix trie, whose nodes hold the routes of the prefix that leads there. */
export class PathTrie {
  private readonly root = new TrieNode("");

  /** Routes of one prefix are added in their order. */
  // control plane: built when configuration arrives
  add(prefix: string, route: number): void {
    let node = this.root;
    let at = 0;
    while (at < prefix.length) {
      const next = node.children.get(prefix.charCodeAt(at));
      if (next === undefined) {
        node = node.addChild(new TrieNode(prefix.slice(at)));
        break;
      }
      const common = commonLength(next.label, prefix, at);
      if (common < next.label.length) next.split(common);
      node = next;
      at += common;
    }
    node.routes.push(route);
  }

  /** The routes of each prefix. */
  // control plane: built when configuration arrives
  lists(): (readonly number[])[] {
    return listsBelow(this.root);
  }

  /**
   * Appends the routes of every prefix of a path, a sorted list for each.
   * @returns the number of lists, which is more than `lists` can hold when they are too many
   */
  collect(path: string, lists: (readonly number[])[], count: number): number {
    let node = this.root;
    let at = 0;
    let found = count;
    for (;;) {
      if (node.routes.length > 0) {
        if (found < lists.length) lists[found] = node.routes;
        found++;
      }
      if (at === path.length) return found;
      const next = node.children.get(path.charCodeAt(at));
      if (next === undefined || !path.startsWith(next.label, at)) return found;
      at += next.label.length;
      node = next;
    }
  }
}

class TrieNode {
  /** What leads here from the parent; never empty but at the root. */
  label: string;
  /** By the first character of their labels. */
  children = new Map<number, TrieNode>();
  /** In their order. */
  routes: number[] = [];

  constructor(label: string) {
    this.label = label;
  }

  addChild(child: TrieNode): TrieNode {
    this.children.set(child.label.charCodeAt(0), child);
    return child;
  }

  /** Keeps the first characters of the label; what was here moves into a child behind them. */
  split(length: number): void {
    const rest = new TrieNode(this.label.slice(length));
    rest.children = this.children;
    rest.routes = this.routes;
    this.label = this.label.slice(0, length);
    this.children = new Map();
    this.routes = [];
    this.addChild(rest);
  }
}

// control plane: built when configuration arrives
function listsBelow(node: TrieNode): (readonly number[])[] {
  return [node.routes, ...[...node.children.values()].flatMap(listsBelow)];
}

function commonLength(label: string, text: string, at: number): number {
  const longest = Math.min(label.length, text.length - at);
  let length = 0;
  while (length < longest && label.charCodeAt(length) === text.charCodeAt(at + length)) length++;
  return length;
}
