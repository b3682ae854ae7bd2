// Joins the folders of the page: the state follows the address and the backend, and the desk draws it.

import "./text/tags";
import { render } from "preact";
import { Desk } from "./desk/desk";
import { followKeys } from "./desk/keys";
import { followBrowser } from "./state/actions";
import type { Page } from "./state/page";
import { followPair } from "./state/pair";
import { followPlayback } from "./state/playback";
import { isOld } from "./state/standing";
import { store } from "./state/store";
import { followWall } from "./state/wall";
import { followRuns } from "./state/watching";
import "./style.css";
import { nameOfScenario } from "./text/names";
import { loadWords, ownOf, say } from "./text/words";

const root = document.getElementById("desk") as HTMLElement;

function draw(page: Page): void {
  const { language, theme, snapshot, place } = page;
  const { documentElement } = document;
  const name = snapshot && nameOfScenario(language, snapshot.run.scenario);
  const title = [name, say(language, `view_${place.view}`), "Cloudfair"].filter(Boolean).join(" · ");
  if (document.title !== title) document.title = title;
  // setting the same value again would have the browser style every element anew
  const { locale } = ownOf(language);
  if (documentElement.lang !== locale) documentElement.lang = locale;
  if (documentElement.dataset.theme !== theme) documentElement.dataset.theme = theme;
  documentElement.toggleAttribute("data-wall", place.wall);
  document.body.toggleAttribute("data-old", isOld(page));
  render(<Desk page={page} />, root);
}

// paper is light, and is drawn before the browser goes on
addEventListener("beforeprint", () => store.drawNow({ theme: "light" }));
addEventListener("afterprint", () => store.drawNow());
followBrowser();
followKeys();
followPlayback();
followPair();
followRuns();
followWall();
void loadWords(store.page.language).then(() => store.begin(draw));
