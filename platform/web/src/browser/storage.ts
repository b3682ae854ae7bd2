// What the browser keeps for the page: for good, or for this tab. Where it refuses, as with blocked cookies or in a frame
// of another site, or where its storage is full, the page keeps it itself for as long as it is open.

export class BrowserStorage {
  readonly #own = new Map<string, string>();

  /** Asks for the storage anew each time: a browser that refuses throws at that already. */
  constructor(private readonly storage: () => Storage) {}

  /** Returns what was kept under a key; null where nothing was. */
  get(key: string): string | null {
    try {
      return this.#own.get(key) ?? this.storage().getItem(key);
    } catch {
      return this.#own.get(key) ?? null;
    }
  }

  keep(key: string, value: string): void {
    try {
      this.storage().setItem(key, value);
      this.#own.delete(key);
    } catch {
      this.#own.set(key, value);
    }
  }

  forget(key: string): void {
    this.#own.delete(key);
    try {
      this.storage().removeItem(key);
    } catch {
      // what is refused was never kept
    }
  }
}

export const forGood = new BrowserStorage(() => localStorage);
export const forTab = new BrowserStorage(() => sessionStorage);
