import v8 from "node:v8";

/*
 * Whether objects share one hidden class in V8: the promise behind "all fields are assigned in the constructor, in one
 * order". Natives syntax is off while everything else is compiled, so that no other code can depend on it.
 */

v8.setFlagsFromString("--allow-natives-syntax");
const compare = new Function("a", "b", "return %HaveSameMap(a, b);") as (a: object, b: object) => boolean;
// Functions are compiled when they are first called.
compare({}, {});
v8.setFlagsFromString("--no-allow-natives-syntax");

/** True when the two objects have the same hidden class. */
export function haveSameMap(a: object, b: object): boolean {
  return compare(a, b);
}

/** True when all objects have one hidden class; also true of none and of one. */
export function allHaveSameMap(objects: readonly object[]): boolean {
  const first = objects[0];
  return first === undefined || objects.every((object) => compare(object, first));
}
