// Tests have the words of every language at once.

import { addWords, type Words } from "./src/text/words";

const files = import.meta.glob<Words>("./src/text/words/*.json", { eager: true, import: "default" });
for (const [file, words] of Object.entries(files))
  addWords(file.slice(file.lastIndexOf("/") + 1, -".json".length), words);
