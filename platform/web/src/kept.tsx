// What is dear to draw: drawn anew only when something that it shows has changed, or after what is seen first.

import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Props {
  /** What it is made of. */
  of: readonly unknown[];
  children: () => ComponentChildren;
}

/** A part of a view that stays as it is while what it is made of stays the same. */
export class Kept extends Component<Props> {
  override shouldComponentUpdate({ of }: Props): boolean {
    return of.some((one, i) => one !== this.props.of[i]);
  }

  override render({ children }: Props): ComponentChildren {
    return children();
  }
}

/** A part of a view that is drawn in a task of its own, so that neither it nor what stands above it keeps the reader waiting. */
export function Later({ children }: { children: () => ComponentChildren }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true));
    return () => clearTimeout(timer);
  }, []);
  return <>{isDue && children()}</>;
}
