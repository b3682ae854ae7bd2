// A text for screen readers: read out when it changes, at most once in half a minute unless it is urgent.

import { useEffect, useRef, useState } from "preact/hooks";

const PAUSE_MS = 30_000;

export function Spoken({ text, isUrgent }: { text: string; isUrgent: boolean }) {
  const [spoken, speak] = useState(text);
  const latestMs = useRef(Date.now());
  useEffect(() => {
    if (text === spoken) return;
    const waitMs = isUrgent ? 0 : Math.max(0, latestMs.current + PAUSE_MS - Date.now());
    const timer = setTimeout(() => {
      latestMs.current = Date.now();
      speak(text);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text, spoken, isUrgent]);
  return (
    <p class="unseen" id="spoken" aria-live="polite">
      {spoken}
    </p>
  );
}
