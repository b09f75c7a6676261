/** The phone could not keep something, or not read what it keeps; the cause is the browser's error. */
export class NotKept extends Error {
  override readonly name = "NotKept";

  /** There is no room; otherwise storage itself fails. */
  get isFull(): boolean {
    return this.cause instanceof Error && this.cause.name === "QuotaExceededError";
  }
}
