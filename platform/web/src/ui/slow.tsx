// Parts of a view that are slow to draw: drawn anew only when something that they show has changed, or after the rest.

import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Props {
  /** What it is made of. */
  of: readonly unknown[];
  children: () => ComponentChildren;
}

/** A part of a view that stays as it is while what it is made of stays the same. */
export class Memo extends Component<Props> {
  override shouldComponentUpdate({ of }: Props): boolean {
    return of.some((part, i) => part !== this.props.of[i]);
  }

  override render({ children }: Props): ComponentChildren {
    return children();
  }
}

/** A part of a view that is drawn in a task of its own, so that the reader does not wait for it. */
export function Later({ children }: { children: () => ComponentChildren }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true));
    return () => clearTimeout(timer);
  }, []);
  return <>{isDue && children()}</>;
}
