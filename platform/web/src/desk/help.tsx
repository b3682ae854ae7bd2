// The list of keys.

import { useLayoutEffect, useRef } from "preact/hooks";
import { changeLetters, showHelp } from "../state/actions";
import { VIEWS } from "../state/address";
import type { Page } from "../state/page";
import { say, type Word } from "../text/words";

const KEYS: readonly (readonly [key: string | { named: Word }, does: Word])[] = [
  [`1–${VIEWS.length}`, "keys_views"],
  [{ named: "key_space" }, "keys_space"],
  ["← →", "keys_arrows"],
  ["l", "keys_live"],
  ["d", "keys_span"],
  ["/", "keys_search"],
  ["t", "keys_theme"],
  ["c", "keys_language"],
  ["?", "keys_help"],
];

export function Keys({ page: { language, letters } }: { page: Page }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="keys" ref={dialog} aria-labelledby="keys-title" onClose={() => showHelp(false)}>
      <h2 id="keys-title">{say(language, "keys_title")}</h2>
      <dl>
        {KEYS.map(([key, word]) => (
          <div key={word}>
            <dt>
              <kbd>{typeof key === "string" ? key : say(language, key.named)}</kbd>
            </dt>
            <dd>{say(language, word)}</dd>
          </div>
        ))}
      </dl>
      <p>
        <label>
          <input type="checkbox" id="letters" checked={letters} onChange={changeLetters} />{" "}
          {say(language, "keys_letters")}
        </label>
      </p>
      <button type="button" class="plain" onClick={() => dialog.current?.close()}>
        {say(language, "close")}
      </button>
    </dialog>
  );
}
