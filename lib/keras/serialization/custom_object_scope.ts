/** CustomObjectScope (keras.saving). */
import { type CustomObjects, enterCustomObjects, leaveCustomObjects } from './registry';

/**
 * Custom objects known by name between `enter()` and `exit()`, or until the end of the block that declares it with `using`.
 * `customObjectScope(objects, f)` is the same for one function. Scopes are left in the reverse order.
 * @example
 * using scope = new CustomObjectScope({ MyLayer });
 * const layer = layers.deserialize(config);
 */
export class CustomObjectScope {
  private isEntered = false;
  constructor(readonly customObjects: CustomObjects) {
    this.enter();
  }
  /** Makes them known; a new scope is entered already. */
  enter(): this {
    if (!this.isEntered) enterCustomObjects(this.customObjects);
    this.isEntered = true;
    return this;
  }
  /** Forgets them. */
  exit(): void {
    if (this.isEntered) leaveCustomObjects(this.customObjects);
    this.isEntered = false;
  }
  [Symbol.dispose](): void {
    this.exit();
  }
}
