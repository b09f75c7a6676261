/** IndexedDB with promises: as much of it as the app uses. */
import type { Stores } from "./schema.ts";

type Name = keyof Stores;
type Key<N extends Name> = Stores[N]["key"];
type Row<N extends Name> = Stores[N]["value"];

/** One store, inside of a transaction; what is read or written there belongs to that transaction. */
export class Rows<N extends Name> {
  readonly #store: IDBObjectStore;

  constructor(tx: IDBTransaction, name: N) {
    this.#store = tx.objectStore(name);
  }

  get(key: Key<N>): Promise<Row<N> | undefined> {
    return answerTo(this.#store.get(key));
  }

  all(): Promise<Row<N>[]> {
    return answerTo(this.#store.getAll());
  }

  /** The key of the row. */
  put(row: Row<N>): Promise<IDBValidKey> {
    return answerTo(this.#store.put(row));
  }

  delete(key: Key<N>): Promise<undefined> {
    return answerTo(this.#store.delete(key));
  }

  clear(): Promise<undefined> {
    return answerTo(this.#store.clear());
  }
}

export function answerTo<T>(request: IDBRequest<T>): Promise<T> {
  const answer = new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  // Callers that do not await a single answer await the end of its transaction, which fails with it.
  answer.catch(() => undefined);
  return answer;
}

/** The end of a transaction: what it wrote is kept, or an error and none of it is. */
export function endOf(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new DOMException("nothing was kept", "AbortError"));
  });
}
