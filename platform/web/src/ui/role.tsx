// What a number is worth: given, fitted, predicted, or not reported. A click explains it.

import type { Row } from "../api/types";
import type { Language } from "../text/words";
import { say } from "../text/words";
import { originsOf, ROLES } from "./reported";

/** The role of a row; of a measure without one, that nobody reported it. */
export function RoleOf({ language, row }: { language: Language; row: Row | undefined }) {
  if (row === undefined) return <span class="role">{say(language, "role_emergent")}</span>;
  return (
    <details class="role">
      <summary>{say(language, ROLES[row.role])}</summary>
      {originsOf(language, row).map((text) => (
        <span key={text}>{text}</span>
      ))}
    </details>
  );
}
