/** An object that can be in one list at a time. The list alone writes these fields. */
export interface LinkedNode<T> {
  linkedNext: T | null;
  linkedPrev: T | null;
}

/** A doubly linked list through its elements: constant time to add and to remove from the middle, nothing allocated. */
export class LinkedList<T extends LinkedNode<T>> {
  private head: T | null = null;
  private tail: T | null = null;
  private count = 0;

  get size(): number {
    return this.count;
  }

  get first(): T | null {
    return this.head;
  }

  pushBack(node: T): void {
    node.linkedPrev = this.tail;
    node.linkedNext = null;
    if (this.tail === null) this.head = node;
    else this.tail.linkedNext = node;
    this.tail = node;
    this.count++;
  }

  pushFront(node: T): void {
    node.linkedNext = this.head;
    node.linkedPrev = null;
    if (this.head === null) this.tail = node;
    else this.head.linkedPrev = node;
    this.head = node;
    this.count++;
  }

  /** @param node must be in this list. */
  remove(node: T): void {
    if (node.linkedPrev === null) this.head = node.linkedNext;
    else node.linkedPrev.linkedNext = node.linkedNext;
    if (node.linkedNext === null) this.tail = node.linkedPrev;
    else node.linkedNext.linkedPrev = node.linkedPrev;
    node.linkedNext = null;
    node.linkedPrev = null;
    this.count--;
  }

  /** Removes and returns the first element, null when the list is empty. */
  popFront(): T | null {
    const node = this.head;
    if (node !== null) this.remove(node);
    return node;
  }

  /** The elements of the moment, in order: for loops during which elements come and go. */
  toArray(): T[] {
    const nodes: T[] = [];
    for (let node = this.head; node !== null; node = node.linkedNext) nodes.push(node);
    return nodes;
  }
}
