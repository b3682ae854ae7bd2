// What the keyboard does, whatever has the focus.

import {
  backToLive,
  changeLanguage,
  changeSpan,
  changeTheme,
  chooseView,
  pause,
  play,
  showHelp,
  showSearch,
  step,
} from "../state/actions";
import { VIEWS } from "../state/address";
import { isPlaying } from "../state/standing";
import { store } from "../state/store";

const KEYS: Record<string, () => void> = {
  " ": () => (isPlaying(store.page) ? pause() : play()),
  l: backToLive,
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  "?": () => showHelp(!store.page.help),
  "/": () => showSearch(true),
  d: changeSpan,
  t: changeTheme,
  c: changeLanguage,
};
VIEWS.forEach((view, i) => {
  KEYS[String(i + 1)] = () => chooseView(view);
});

/** Listens to the keyboard from now on. */
export function followKeys(): void {
  addEventListener("keydown", act);
}

function act(event: KeyboardEvent): void {
  if (store.page.place.wall) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
  if (!store.page.letters && event.key.length === 1 && event.key !== " " && event.key !== "?") return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
  if (store.page.search || store.page.help) store.drawNow(); // the next key is the dialog's, however fast it comes
}

const FIELDS = "input:not([type=checkbox]), select, textarea";
const PRESSED = "button, a, summary, [type=checkbox]";

/** Returns whether the key is meant for the dialog that is open, for a field, or for the button that it would press. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return !(key === "?" && dialog.matches(".keys"));
  // a dialog that was closed keeps the focus until the screen is drawn
  if (!(target instanceof Element) || target.closest("dialog")) return false;
  return target.matches(FIELDS) || (key === " " && target.matches(PRESSED));
}
