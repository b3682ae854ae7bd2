// What the keyboard does, wherever one is on the page.

import {
  backToLive,
  changeLanguage,
  changeSpan,
  changeTheme,
  chooseView,
  hold,
  isMoving,
  play,
  showHelp,
  step,
  store,
} from "./actions";
import { VIEWS } from "./address";

const KEYS: Record<string, () => void> = {
  " ": () => (isMoving(store.page) ? hold() : play()),
  l: backToLive,
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  "?": () => showHelp(!store.page.help),
  "/": () => document.getElementById("runs")?.focus(),
  d: changeSpan,
  t: changeTheme,
  c: changeLanguage,
};
VIEWS.forEach((view, i) => {
  KEYS[String(i + 1)] = () => chooseView(view);
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

/** Returns whether the key is meant for a field; or for the button that it would press. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  return target.matches("input, select, textarea, dialog") || (key === " " && target.matches("button, a, summary"));
}
