// The access token that a backend may require, kept for this tab alone.

import { forTab } from "../browser/storage";

const KEY = "token";

export function keepToken(token: string): void {
  forTab.keep(KEY, token);
}

/** Returns whether a token is kept: one that the backend has refused, where it still refuses. */
export function hasToken(): boolean {
  return forTab.get(KEY) !== null;
}

/** Returns the headers that carry the token. */
export function bearing(): Record<string, string> {
  const token = forTab.get(KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Returns the subprotocols of a WebSocket, which carry the token where headers cannot. */
export function subprotocols(): string[] {
  const token = forTab.get(KEY);
  if (!token) return [];
  const base64url = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return ["cloudfair", `bearer.${base64url}`];
}
