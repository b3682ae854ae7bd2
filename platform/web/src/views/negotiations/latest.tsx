// The latest requests, and the history of one of them.

import type { History, Negotiation } from "../../api/types";
import { answerSource } from "../../charts/source";
import { go } from "../../state/actions";
import { economyPicked, historyPath, negotiationsPath } from "../../state/answers";
import { epochOf, type Page } from "../../state/page";
import { historyOf, negotiationsOf, organisationPickedOf } from "../../state/rows";
import { moment } from "../../text/clock";
import { duration } from "../../text/format";
import { economy, type Organisation, organisationOf, term } from "../../text/names";
import { type Language, say, type Word } from "../../text/words";
import { describeFields } from "../../ui/fields";
import { Columns, Part } from "../../ui/part";

const COLUMNS: readonly Word[] = [
  "column_number",
  "column_when",
  "column_from",
  "column_to",
  "column_state",
  "column_waited",
];

export function Latest({ page }: { page: Page }) {
  const { language, place } = page;
  const epochMs = epochOf(page);
  const history = historyOf(page);
  const organisation = organisationPickedOf(page);
  const picked = economyPicked(place);
  const of = picked ? economy(language, picked) : "";
  return (
    <Part
      title={say(language, "latest_title")}
      about={of}
      wide
      source={answerSource(page, historyPath(place)[0] ?? negotiationsPath(place))}
    >
      {place.pick !== null && (
        <button type="button" class="link" onClick={() => go({ pick: null })}>
          {say(language, "all_again")}
        </button>
      )}
      {organisation && (
        <p data-organisation={organisation.organisation}>
          <b>{organisationOf(language, organisation)}</b>{" "}
          {say(language, "organisation_about", {
            kind: term(language, organisation.kind),
            economy: economy(language, organisation.economy),
            sector: term(language, organisation.sector),
            delegates: String(organisation.delegates),
            since: moment(language, epochMs + organisation.registered_ms),
          })}
        </p>
      )}
      {history ? (
        <Steps language={language} history={history} epochMs={epochMs} />
      ) : (
        <div class="scrolls">
          <table class="latest">
            <Columns language={language} of={COLUMNS} />
            <tbody>
              {negotiationsOf(page).map((row) => (
                <tr key={row.negotiation} data-negotiation={row.negotiation}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => go({ pick: String(row.negotiation) })}>
                      {String(row.negotiation)}
                    </button>
                  </th>
                  <td data-raw={new Date(epochMs + row.requested_ms).toISOString()}>
                    {moment(language, epochMs + row.requested_ms)}
                  </td>
                  <td>{organisationOf(language, requesterOf(row))}</td>
                  <td>{organisationOf(language, exhibitorOf(row))}</td>
                  <td>{say(language, `negotiation_${row.state}` as Word)}</td>
                  <td data-raw={row.waited_ms / 1000}>{duration(language, row.waited_ms / 1000)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Part>
  );
}

/** One negotiation from its request to what came of it. */
function Steps({ language, history, epochMs }: { language: Language; history: History; epochMs: number }) {
  return (
    <div class="history" data-negotiation={history.negotiation}>
      <p>
        {say(language, "history_of", {
          number: String(history.negotiation),
          from: organisationOf(language, requesterOf(history)),
          to: organisationOf(language, exhibitorOf(history)),
          sector: term(language, history.sector),
        })}
      </p>
      <ol>
        {history.history.map((step) => (
          <li key={step.type + step.at_ms} data-step={step.type}>
            <time>{moment(language, epochMs + step.at_ms)}</time>
            <b>{say(language, `step_${step.type.replace(".", "_")}` as Word)}</b>
            <span class="quiet">{describeFields(language, step.said).join(" · ")}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function requesterOf(row: Negotiation): Organisation {
  return {
    name: row.organisation_name,
    organisation: row.organisation,
    kind: row.organisation_kind,
    sector: row.organisation_sector,
    economy: row.economy,
  };
}

function exhibitorOf(row: Negotiation): Organisation {
  return {
    name: row.exhibitor_name,
    organisation: row.exhibitor,
    kind: row.exhibitor_kind,
    sector: row.sector,
    economy: row.exhibitor_economy,
  };
}
