// Whether the reported figures fit together.

import type { Check } from "../../api/types";
import { answerSource } from "../../charts/source";
import { AUDIT } from "../../state/answers";
import type { Page } from "../../state/page";
import { checksOf } from "../../state/rows";
import { full } from "../../text/format";
import { type Language, say, translated } from "../../text/words";
import { Part, Sentence } from "../../ui/part";

export function Checks({ page }: { page: Page }) {
  const { language } = page;
  if (checksOf(page).length === 0) return null;
  return (
    <Part title={say(language, "checks_title")} source={answerSource(page, AUDIT)}>
      <ul class="checks">
        {checksOf(page).map((check) => (
          <li key={check.name} data-check={check.name} data-finding={check.finding}>
            <b>{translated(language, "finding", check.finding) ?? check.finding}</b>{" "}
            <Sentence language={language} own={language === "en" ? undefined : formulaOf(language, check)}>
              {check.said}
            </Sentence>
            <span class="quiet">
              <Sentence language={language} own={check.because_in[language]}>
                {check.because}
              </Sentence>
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Returns the backend's English sentence as a formula; undefined where nothing was checked. */
function formulaOf(language: Language, { kind, finding, values }: Check): string | undefined {
  if (finding === "not checked") return undefined;
  const holds = finding === "holds";
  const [terms, whole] = [values.slice(0, -1), values.at(-1) ?? ""];
  const written = (value: number | string | null): string =>
    typeof value === "number" ? full(language, value) : String(value).slice(0, 10);
  const [first, second = null] = terms as [number | string | null, (number | string | null)?];
  if (kind === "share") return `${written(first)} ÷ ${written(second)} ${holds ? "≈" : "≠"} ${written(whole)}`;
  if (kind === "share of whole numbers") {
    const part = holds ? ` = ${written(Math.round(Number(whole) * Number(first)))}` : ` ∉ ℕ`;
    return `${written(whole)} × ${written(first)}${part}`;
  }
  const sign = kind === "part" ? (holds ? "≤" : ">") : holds ? "=" : "≠";
  return `${terms.map(written).join(" + ")} ${sign} ${written(whole)}`;
}
