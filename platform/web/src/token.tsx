// The token that a backend may want: asked for when it refuses without one, and kept for this tab alone.

import { Part } from "./parts";
import { type Language, say } from "./text";

const KEPT = "token";

/** Returns the headers that bear the token. */
export function bearing(): Record<string, string> {
  const token = sessionStorage.getItem(KEPT);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Returns the subprotocols of a WebSocket, which bear the token where headers cannot. */
export function subprotocols(): string[] {
  const token = sessionStorage.getItem(KEPT);
  if (!token) return [];
  const base64url = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return ["cloudfair", `bearer.${base64url}`];
}

/** Asks for the token, and begins again with it. */
export function Token({ language }: { language: Language }) {
  return (
    <Part title={say(language, "token_title")}>
      <form
        class="start"
        id="token"
        onSubmit={(event) => {
          event.preventDefault();
          sessionStorage.setItem(KEPT, String(new FormData(event.currentTarget).get("token")));
          location.reload();
        }}
      >
        <label>
          {say(language, "token_label")}
          <input name="token" type="password" required autocomplete="off" />
        </label>
        <p>
          <button type="submit" class="plain">
            {say(language, "token_use")}
          </button>
        </p>
      </form>
    </Part>
  );
}
