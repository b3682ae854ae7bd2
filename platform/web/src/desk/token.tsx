// The form for the access token that a backend requires.

import { hasToken } from "../api/auth";
import { signIn } from "../state/commands";
import { type Language, say } from "../text/words";
import { Part } from "../ui/part";

export function Token({ language }: { language: Language }) {
  return (
    <Part title={say(language, "token_title")}>
      <form
        class="start"
        id="token"
        onSubmit={(event) => {
          event.preventDefault();
          signIn(String(new FormData(event.currentTarget).get("token")));
        }}
      >
        {hasToken() && (
          <p class="fault" role="alert">
            {say(language, "token_refused")}
          </p>
        )}
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
