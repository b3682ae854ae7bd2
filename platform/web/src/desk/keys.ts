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
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (!store.page.letters && event.key.length === 1 && event.key !== " " && event.key !== "?") return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/** Returns whether the key is meant for a field; or for the button that it would press. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  return target.matches("input, select, textarea, dialog") || (key === " " && target.matches("button, a, summary"));
}
