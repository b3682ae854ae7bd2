// What the keyboard does, wherever one is on the page.

import { changeLanguage, changeSpan, changeTheme, chooseView, showHelp, store } from "./actions";
import { VIEWS } from "./address";

const KEYS: Record<string, () => void> = {
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
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

/** Returns whether the key is meant for a field. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, textarea, [contenteditable]");
}
