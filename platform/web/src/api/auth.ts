// The access token that a backend may require, kept for this tab alone.

const KEY = "token";

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Returns whether a token is kept: one that the backend has refused, where it still refuses. */
export function hasToken(): boolean {
  return sessionStorage.getItem(KEY) !== null;
}

/** Returns the headers that carry the token. */
export function bearing(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Returns the subprotocols of a WebSocket, which carry the token where headers cannot. */
export function subprotocols(): string[] {
  const token = sessionStorage.getItem(KEY);
  if (!token) return [];
  const base64url = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return ["cloudfair", `bearer.${base64url}`];
}
