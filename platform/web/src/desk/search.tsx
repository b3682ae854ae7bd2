// Search: organisations, sessions, negotiations and zones of the run. A result leads to its page.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { get } from "../api/http";
import type { Registered } from "../api/types";
import { go, showSearch, type Target } from "../state/actions";
import type { Page } from "../state/page";
import { sessionsOf } from "../state/rows";
import { counts } from "../state/snapshot";
import { organisationOf, term, titleOf, withCodes } from "../text/names";
import { say, type Word } from "../text/words";

type Register = readonly Registered[];

interface Result extends Target {
  kind: Word;
  name: string;
}

const LISTED = 6;
const ENGLISH = "en";

export function Search({ page }: { page: Page }) {
  const { language, watched } = page;
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, type] = useState(""); // as it was typed: a space at its end begins the next word
  const wanted = typed.trim();
  const [organisations, setOrganisations] = useState<Register>([]);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let isLatest = true;
    void registered(page, wanted).then((register) => isLatest && setOrganisations(register));
    return () => {
      isLatest = false;
    };
  }, [wanted, watched]);
  useEffect(() => setOrganisations([]), [watched]); // those of another run
  const results =
    wanted === "" ? [] : [...here(page, wanted), ...organisations.map((each) => organisation(page, each))];
  const open = ({ view, pick }: Result): void => {
    dialog.current?.close();
    go({ view, pick });
  };
  return (
    <dialog class="search" ref={dialog} aria-labelledby="search-title" onClose={() => showSearch(false)}>
      <h2 id="search-title">{say(language, "search_title")}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (results[0]) open(results[0]);
        }}
      >
        <input
          type="search"
          id="wanted"
          aria-label={say(language, "search_title")}
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </form>
      <ul aria-live="polite">
        {results.map((result) => (
          <li key={result.kind + result.pick} data-result={result.pick}>
            <button type="button" class="link" onClick={() => open(result)}>
              {result.name}
            </button>{" "}
            <span class="quiet">{say(language, result.kind)}</span>
          </li>
        ))}
        {wanted !== "" && results.length === 0 && <li class="quiet">{say(language, "search_none")}</li>}
      </ul>
      <button type="button" class="plain" onClick={() => dialog.current?.close()}>
        {say(language, "close")}
      </button>
    </dialog>
  );
}

/** Returns what the page itself knows: a negotiation by its number, sessions and zones by their names. */
function here(page: Page, wanted: string): Result[] {
  const { language, snapshot } = page;
  const bears = (name: string): boolean => name.toLowerCase().includes(wanted.toLowerCase());
  const negotiations: Result[] = /^\d+$/.test(wanted)
    ? [
        {
          kind: "found_negotiation",
          name: say(language, "negotiation_number", { number: wanted }),
          view: "negotiations",
          pick: wanted,
        },
      ]
    : [];
  const sessions = sessionsOf(page)
    .map((session) => ({ name: titleOf(language, session), pick: String(session.session) }))
    .filter(({ name }) => bears(name))
    .slice(0, LISTED)
    .map((match): Result => ({ ...match, kind: "found_session", view: "programme" }));
  const zones = Object.keys(snapshot ? counts(snapshot, "venue.net_m2_by_zone") : {})
    .map((zone) => ({ name: term(language, zone), pick: zone }))
    .filter(({ name, pick }) => bears(name) || bears(pick))
    .map((match): Result => ({ ...match, kind: "found_zone", view: "venue" }));
  return [...negotiations, ...zones, ...sessions];
}

/** Returns the organisations whose names have a part. */
async function registered({ language, watched, snapshot }: Page, wanted: string): Promise<Register> {
  if (wanted === "" || watched === null || snapshot === null) return [];
  const name = language === ENGLISH ? wanted : withCodes(language, wanted);
  const query = new URLSearchParams({ name, language, limit: String(LISTED) });
  const answer = await get<{ items: Register }>(`runs/${encodeURIComponent(watched)}/organisations?${query}`);
  return answer?.items ?? [];
}

function organisation({ language }: Page, entry: Register[number]): Result {
  const pick = `organisation-${entry.organisation}`;
  return { kind: "found_organisation", name: organisationOf(language, entry), view: "negotiations", pick };
}
