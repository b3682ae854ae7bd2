// What a press of a button sends to the backend: one thing at a time, and why it was refused.

import { useRef, useState } from "preact/hooks";

/** Within this time a second press belongs to the first one: a double click sends once. */
const DOUBLE_CLICK_MS = 500;

/** Sends something; returns why the backend refused it, or null. */
type Task = () => Promise<string | null>;

export interface Sending {
  /** Whether an answer is on its way: a button that sends says so, and does nothing. */
  isUnderWay: boolean;
  fault: string | null;
  /** Sends something, and keeps why it was refused. */
  tell: (task: Task) => Promise<string | null>;
  /** Sends something unless an answer is on its way. */
  send: (task: Task) => Promise<void>;
}

export function useSending(): Sending {
  const [isUnderWay, setUnderWay] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const isBusy = useRef(false); // the next press may come before the next drawing
  const be = (busy: boolean): void => {
    isBusy.current = busy;
    setUnderWay(busy);
  };
  const tell = async (task: Task): Promise<string | null> => {
    const why = await task();
    setFault(why);
    return why;
  };
  const send = async (task: Task): Promise<void> => {
    if (isBusy.current) return;
    be(true);
    if ((await tell(task)) === null) setTimeout(() => be(false), DOUBLE_CLICK_MS);
    else be(false);
  };
  return { isUnderWay, fault, tell, send };
}
