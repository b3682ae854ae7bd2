// Names of rooms: the number that the backend gives of a room, or somebody's own name for it as it stands.

import type { Page } from "../state/page";
import { sessionsOf } from "../state/rows";
import { roomOf as nameOfRoom } from "../text/names";
import { say } from "../text/words";

/** Returns the name of a room; sessions without a room are online. */
export function roomOf(page: Page, room: string): string {
  if (room === "") return say(page.language, "online");
  return nameOfRoom(page.language, room, numberOf(page, room));
}

function numberOf(page: Page, room: string): number | null {
  for (const session of sessionsOf(page)) {
    if (session.room === room) return session.room_number;
    if (session.first_room === room) return session.first_room_number;
  }
  return null;
}
