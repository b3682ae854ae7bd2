// What is to be expected in an hour: how close people stand in the zones, and how long the queues at the gates are.

import { answerSource } from "../../charts/source";
import { OUTLOOK } from "../../state/answers";
import { epochOf, type Page } from "../../state/page";
import { outlookOf } from "../../state/rows";
import { time } from "../../text/clock";
import { type Format, percent, shown } from "../../text/format";
import { nameOfGate, term } from "../../text/names";
import { say } from "../../text/words";
import { Columns, Part } from "../../ui/part";

export function Ahead({ page }: { page: Page }) {
  const { language } = page;
  const outlook = outlookOf(page);
  if (!outlook || outlook.zones.length + outlook.gates.length === 0) return null;
  const written = (value: number, format: Format): string => shown(language, value, format);
  const rows = [
    ...outlook.zones.map((zone) => ({
      ...zone,
      title: say(language, "ahead_density", { where: term(language, zone.name) }),
      format: "density" as const,
    })),
    ...outlook.gates.map((gate) => ({
      ...gate,
      title: say(language, "ahead_queue", { where: nameOfGate(language, Number(gate.name)) }),
      format: "count" as const,
    })),
  ];
  const taken = [
    (["column_place", "column_now", "column_expected", "column_low", "column_high"] as const).map((word) =>
      say(language, word),
    ),
    ...rows.map(({ title, now, expected, low, high }) => [title, now, expected, low, high]),
  ];
  const about = say(language, "ahead_about", {
    now: time(language, epochOf(page) + outlook.at_ms),
    time: time(language, epochOf(page) + outlook.ahead_ms),
    level: percent(language, outlook.level),
  });
  return (
    <Part title={say(language, "ahead_title")} about={about} source={answerSource(page, OUTLOOK)} rows={() => taken}>
      <table>
        <Columns language={language} of={["column_place", "column_now", "column_expected", "column_interval"]} />
        <tbody>
          {rows.map(({ name, title, format, now, expected, low, high }) => (
            <tr key={name} data-ahead={name}>
              <th scope="row">{title}</th>
              <td>{written(now, format)}</td>
              <td>{written(expected, format)}</td>
              <td>{say(language, "interval", { low: written(low, format), high: written(high, format) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}
