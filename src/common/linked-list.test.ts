import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../../test/support/seeded-random.js";
import { LinkedList, type LinkedNode } from "./linked-list.js";

class Item implements LinkedNode<Item> {
  linkedNext: Item | null = null;
  linkedPrev: Item | null = null;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function names(list: LinkedList<Item>): string {
  let text = "";
  for (let item = list.first; item !== null; item = item.linkedNext) text += item.name;
  return text;
}

function listOf(text: string): { list: LinkedList<Item>; items: Item[] } {
  const list = new LinkedList<Item>();
  const items = text.split("").map((name) => new Item(name));
  for (const item of items) list.pushBack(item);
  return { list, items };
}

describe("a linked list", () => {
  test("adds at both ends", () => {
    const { list } = listOf("bc");
    list.pushFront(new Item("a"));
    assert.equal(names(list), "abc");
    assert.equal(list.size, 3);
    assert.equal(list.first?.name, "a");
  });

  test("removes from everywhere, and what was removed can be in another list", () => {
    const { list, items } = listOf("abcd");
    const [a, b, , d] = items as [Item, Item, Item, Item];
    list.remove(b);
    assert.equal(names(list), "acd");
    list.remove(a);
    list.remove(d);
    assert.equal(names(list), "c");
    const other = new LinkedList<Item>();
    other.pushBack(b);
    other.pushFront(a);
    assert.equal(names(other), "ab");
  });

  test("gives from the front", () => {
    const { list } = listOf("ab");
    assert.equal(list.popFront()?.name, "a");
    assert.equal(list.popFront()?.name, "b");
    assert.equal(list.popFront(), null);
    assert.equal(list.size, 0);
    assert.equal(list.first, null);
    list.pushFront(new Item("c"));
    assert.equal(names(list), "c");
  });

  test("does as an array does, whatever happens", () => {
    const random = new SeededRandom(1);
    const list = new LinkedList<Item>();
    let expected: Item[] = [];
    for (let step = 0; step < 2_000; step++) {
      const item = new Item(String.fromCharCode(97 + random.below(26)));
      const action = random.below(4);
      if (action === 0) {
        list.pushBack(item);
        expected.push(item);
      } else if (action === 1) {
        list.pushFront(item);
        expected.unshift(item);
      } else if (action === 2) {
        assert.equal(list.popFront(), expected.shift() ?? null);
      } else if (expected.length > 0) {
        const victim = expected[random.below(expected.length)] as Item;
        list.remove(victim);
        expected = expected.filter((one) => one !== victim);
      }
      assert.equal(list.size, expected.length);
    }
    assert.equal(names(list), expected.map(({ name }) => name).join(""));
  });
});
