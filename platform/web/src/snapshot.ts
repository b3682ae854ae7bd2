// What the page reads of a run's snapshot. The measures are defined in `fairfacts`; none is computed here.

export interface Snapshot {
  run: {
    scenario: string;
    seed: number;
    scale: number;
    epoch: string;
    duration_ms: number;
    phase: "before" | "open" | "closed" | "ended";
  };
  organisations: { registered: number };
  visits: { online: number; online_peak: number };
  streams: { live: number; ended: number; viewers: number };
  projects: { published: number };
  negotiations: {
    initiated: number;
    initiated_overseas: number;
    waiting: number;
    talking: number;
    lapse_share: number;
    per_hour: { domestic: Record<string, number>; overseas: Record<string, number> };
  };
}

/** The parts to subscribe to: exactly what is read above. */
export const PARTS = [
  "run",
  "organisations.registered",
  "visits.online",
  "visits.online_peak",
  "streams.live",
  "streams.ended",
  "streams.viewers",
  "projects.published",
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "negotiations.waiting",
  "negotiations.talking",
  "negotiations.lapse_share",
  "negotiations.per_hour",
] as const;
