// The frame of every view: head, views, the view, and the time of the fair along the bottom.

import type { View } from "../state/address";
import type { Page } from "../state/page";
import { type Language, say } from "../text/words";
import { Comparison } from "../views/comparison/comparison";
import { Negotiations } from "../views/negotiations/negotiations";
import { Overview } from "../views/overview/overview";
import { Platform } from "../views/platform/platform";
import { Programme } from "../views/programme/programme";
import { Results } from "../views/results/results";
import { Runs } from "../views/runs/runs";
import { Venue } from "../views/venue/venue";
import { SpokenAlarms } from "./alarms";
import { Empty, Unreadable } from "./empty";
import { Head } from "./head";
import { Keys } from "./help";
import { Nav } from "./nav";
import { OddAddress } from "./odd";
import { Search } from "./search";
import { RunStanding } from "./standing";
import { TimeBar } from "./timebar";
import { Token } from "./token";

const SHOWN: Record<View, (props: { page: Page }) => ReturnType<typeof Overview> | null> = {
  overview: Overview,
  negotiations: Negotiations,
  venue: Venue,
  programme: Programme,
  platform: Platform,
  results: Results,
  comparison: Comparison,
  runs: Runs,
};

export function Desk({ page }: { page: Page }) {
  const { language, place, snapshot } = page;
  const View = SHOWN[place.view];
  const hasSomething = snapshot !== null || place.view === "runs";
  return (
    <>
      {!place.wall && <Skip language={language} />}
      <Head page={page} />
      {!place.wall && <Nav page={page} />}
      <main id="view" data-view={place.view} tabIndex={-1}>
        <h2 class="about-view">{say(language, `about_${place.view}`)}</h2>
        <RunStanding page={page} />
        <OddAddress page={page} />
        {page.locked && <Token language={language} />}
        {page.feed.name === "unreadable" && <Unreadable page={page} why={page.feed.why} />}
        {hasSomething ? <View page={page} /> : !page.locked && <Empty page={page} />}
      </main>
      <SpokenAlarms page={page} />
      {snapshot && !place.wall && <TimeBar page={page} />}
      {page.help && <Keys page={page} />}
      {page.search && snapshot && <Search page={page} />}
    </>
  );
}

function Skip({ language }: { language: Language }) {
  return (
    <button type="button" class="skip" onClick={() => document.getElementById("view")?.focus()}>
      {say(language, "skip")}
    </button>
  );
}
