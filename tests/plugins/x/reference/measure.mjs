// Measures texts with the reference: one JSON string a line in, one JSON row a line out,
// [text, weighted length, valid, [[kind, start, end], ...]] with indices in code points.
//
//   node measure.mjs < texts.jsonl > rows.jsonl
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const twitter = require("twitter-text");

const kindOf = (entity) =>
  "url" in entity ? "url" : "screenName" in entity ? "handle" : "hashtag" in entity ? "hashtag" : "cashtag";

function row(text) {
  const { weightedLength, valid } = twitter.parseTweet(text);
  const points = (index) => [...text.slice(0, index)].length;
  const entities = twitter
    .extractEntitiesWithIndices(text)
    .map((entity) => [kindOf(entity), points(entity.indices[0]), points(entity.indices[1])]);
  return [text, weightedLength, valid, entities];
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity }))
  process.stdout.write(`${JSON.stringify(row(JSON.parse(line)))}\n`);
