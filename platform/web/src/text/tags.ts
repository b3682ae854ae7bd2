// Language tags. Comes before all else: some browsers name a language that is no BCP 47 tag (`en-US@posix`, where the system has no
// locale). uPlot hands it to Intl when it is loaded, and Intl refuses it.

/** Returns whether Intl takes a language. */
export function isTag(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length > 0;
  } catch {
    return false;
  }
}

if (!isTag(navigator.language)) {
  Object.defineProperty(navigator, "language", { value: navigator.languages.find(isTag) ?? "en-GB" });
}
