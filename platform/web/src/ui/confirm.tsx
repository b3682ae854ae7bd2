// A button for what cannot be undone: a first press says what will happen, a second one does it.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Language, say } from "../text/words";
import { useFocusHandedOn } from "./focus";

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
  const whole = useRef<HTMLSpanElement>(null);
  const next = useFocusOf(isAsking);
  useFocusHandedOn(whole);
  if (!isAsking) {
    return (
      <span ref={whole}>
        <button
          type="button"
          class="plain"
          id={id}
          ref={next}
          aria-disabled={isUnderWay}
          onClick={() => ask(!isUnderWay && mayAsk())}
        >
          {title}
        </button>
      </span>
    );
  }
  return (
    <span
      class="confirm"
      role="alertdialog"
      aria-label={question}
      ref={whole}
      onKeyDown={({ key }) => key === "Escape" && ask(false)}
    >
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
      </button>{" "}
      <button type="button" ref={next} onClick={() => ask(false)}>
        {say(language, "cancel")}
      </button>
    </span>
  );
}

/** Gives the focus to what does no harm: to "Cancel" where a question comes up, else to the button that asked it. */
function useFocusOf(isAsking: boolean) {
  const next = useRef<HTMLButtonElement>(null);
  const hasAsked = useRef(false);
  useLayoutEffect(() => {
    if (isAsking || hasAsked.current) next.current?.focus();
    hasAsked.current = isAsking;
  }, [isAsking]);
  return next;
}
