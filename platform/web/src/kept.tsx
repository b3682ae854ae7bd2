// What is dear to draw is drawn anew only when something that it shows has changed.

import { Component, type ComponentChildren } from "preact";

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
