// The views to choose from.

import { useEffect, useRef } from "preact/hooks";
import { chooseView } from "../state/actions";
import { addressOf, VIEWS } from "../state/address";
import type { Page } from "../state/page";
import { amount } from "../state/snapshot";
import { type Language, say } from "../text/words";

export function Nav({ page }: { page: Page }) {
  const { language, place, snapshot } = page;
  const alarms = snapshot ? amount(snapshot, "alarms.count") : 0;
  const list = useRef<HTMLElement>(null);
  useEffect(() => show(list.current), [place.view]);
  return (
    <nav class="views" aria-label={say(language, "views")} ref={list}>
      {VIEWS.map((view) => (
        <a
          key={view}
          data-to={view}
          href={addressOf({ ...place, run: place.run ?? page.watched, view, pick: null })}
          aria-current={view === place.view ? "page" : undefined}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            chooseView(view);
          }}
        >
          {say(language, `view_${view}`)}
          {view === "overview" && <Badge language={language} alarms={alarms} />}
        </a>
      ))}
    </nav>
  );
}

/** Scrolls the chosen view into the middle of the row; `scrollIntoView` would move the start of the Tab order with it. */
function show(list: HTMLElement | null): void {
  const chosen = list?.querySelector<HTMLElement>("[aria-current]");
  if (list && chosen) list.scrollLeft = chosen.offsetLeft - (list.clientWidth - chosen.offsetWidth) / 2;
}

/** How many alarms there are; it keeps its place where there is none. */
function Badge({ language, alarms }: { language: Language; alarms: number }) {
  return (
    <span class="alarms" data-none={alarms === 0 ? "" : undefined} aria-hidden={alarms === 0}>
      <span class="unseen">{say(language, "alarms_are")} </span>
      {String(alarms)}
    </span>
  );
}
