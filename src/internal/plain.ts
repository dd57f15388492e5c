/**
 * Constructors of plain objects, for what is made once for each piece of an answer. V8 watches how long the objects of a
 * literal live; chunks live until the consumer has read what came with them, so now and then it takes them for objects
 * that stay, and makes all further ones where only a collection of the whole heap finds them. What a constructor makes
 * it does not watch.
 */

/** `assign` sets the fields; its objects have no prototype but that of all objects. */
export const constructorOf = <A extends object, Args extends ReadonlyArray<unknown>>(
  assign: (this: A, ...args: Args) => void
): new(...args: Args) => A => {
  assign.prototype = Object.prototype
  // A function is a constructor, which its type does not say.
  return assign as unknown as new(...args: Args) => A
}
