// A button for what cannot be undone: a first press says what will happen, a second one does it.

import { useState } from "preact/hooks";
import { type Language, say } from "../text/words";

interface Props {
  language: Language;
  id: string;
  title: string;
  /** What will happen. */
  question: string;
  onConfirm: () => void;
  /** Whether to ask, and to do what was asked; a form that is not complete says so instead. */
  mayAsk?: () => boolean;
  /** Whether the answer to an earlier press is on its way. */
  isUnderWay: boolean;
}

export function Confirm({ language, id, title, question, onConfirm, mayAsk = () => true, isUnderWay }: Props) {
  const [isAsking, ask] = useState(false);
  if (!isAsking) {
    return (
      <button
        type="button"
        class="plain"
        id={id}
        aria-disabled={isUnderWay}
        onClick={() => ask(!isUnderWay && mayAsk())}
      >
        {title}
      </button>
    );
  }
  return (
    <span class="confirm" role="alertdialog" aria-label={question}>
      {question}{" "}
      <button
        type="button"
        class="plain"
        id={`${id}-confirmed`}
        onClick={() => {
          if (!mayAsk()) return; // the fields may have changed since
          ask(false);
          onConfirm();
        }}
      >
        {title}
      </button>
      <button type="button" onClick={() => ask(false)}>
        {say(language, "cancel")}
      </button>
    </span>
  );
}
