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
  /** Whether to ask; a form that is not complete says so instead. */
  mayAsk?: () => boolean;
}

export function Confirm({ language, id, title, question, onConfirm, mayAsk = () => true }: Props) {
  const [isAsking, ask] = useState(false);
  if (!isAsking) {
    return (
      <button type="button" class="plain" id={id} onClick={() => ask(mayAsk())}>
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
