// What can be taken along of a run: its report, its measures, its events.

import { hasToken } from "../../api/auth";
import type { Run } from "../../api/types";
import { download } from "../../state/commands";
import { type Language, say, type Word } from "../../text/words";
import { Fault } from "../../ui/part";
import { useSending } from "../../ui/sending";

interface Taken {
  path: string;
  word: Word;
  /** Ends the name of its file. Pages and lists, which lead to more, have none: saved, they would look whole. */
  file?: string;
}

const REPORT: Taken = { path: "report", word: "report", file: "report.html" };
const ALL: readonly Taken[] = [
  { path: "snapshot", word: "measures", file: "measures.json" },
  { path: "events", word: "events" },
  { path: "parquet", word: "parquet" },
  { path: "programme.ics", word: "calendar", file: "programme.ics" },
];

/** Links; buttons where reading takes a token, which no link carries. */
export function Downloads({ language, run, hasReport }: { language: Language; run: Run; hasReport: boolean }) {
  const { isUnderWay, fault, send } = useSending();
  return (
    <>
      {(hasReport ? [REPORT, ...ALL] : ALL).map(({ path, word, file }) => {
        const address = `runs/${encodeURIComponent(run.id)}/${path}`;
        if (hasToken() && file === undefined) return null;
        if (!hasToken()) {
          return (
            <a key={path} href={address} target="_blank" rel="noreferrer">
              {say(language, word)}
            </a>
          );
        }
        return (
          <button
            key={path}
            type="button"
            class="link"
            data-download={path}
            aria-disabled={isUnderWay}
            onClick={() => send(() => download(address, `${run.id}-${file}`))}
          >
            {say(language, word)}
          </button>
        );
      })}
      <Fault language={language} why={fault} />
    </>
  );
}
