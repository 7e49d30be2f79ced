// Writes plugins/socialcare_x/tables.json: the facts that the reference implementation goes by.
//
//   node tables.mjs > ../../../../plugins/socialcare_x/tables.json
//
// Character classes are found by asking the reference about every character, the emoji sequences by spelling out the
// (finite) language of its emoji pattern, the top-level domains by reading its list.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const pattern = (name) => require(`twitter-text/dist/regexp/${name}`);
const { parseTweet } = require("twitter-text");
const emojiPattern = require("twemoji-parser/dist/lib/regex").default;

/** Code points below `end` that `test` accepts, as the body of a character class ("a-z" pairs, plain singles). */
function classBody(end, test) {
  const ranges = [];
  for (let point = 0; point < end; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    if (!test(String.fromCodePoint(point))) continue;
    const last = ranges.at(-1);
    if (last && (last[1] === point - 1 || (last[1] === 0xd7ff && point === 0xe000))) last[1] = point;
    else ranges.push([point, point]);
  }
  const spell = (point) => String.fromCodePoint(point);
  return ranges.map(([from, to]) => (from === to ? spell(from) : `${spell(from)}-${spell(to)}`)).join("");
}

/** Whether a character that is not ASCII matches a class of the reference, given as the inside of its brackets. */
function oneOf(body, flags) {
  const whole = new RegExp(`^[${body}]$`, flags);
  return (character) => character > "\x7f" && whole.test(character);
}

function topLevelDomains(name) {
  const source = pattern(name).source;
  return source.slice("(?:(?:".length, source.indexOf(")(?=")).split("|");
}

/** All strings of a pattern without repetition: classes, groups, alternatives, `?`; look-aheads are left out. */
function language(source) {
  let at = 0;
  const cross = (left, right) => left.flatMap((head) => right.map((tail) => head + tail));
  function unit() {
    if (source[at] !== "\\") return source.charCodeAt(at++);
    if (source[at + 1] !== "u") throw new Error(`unexpected escape at ${at}`);
    const code = parseInt(source.slice(at + 2, at + 6), 16);
    at += 6;
    return code;
  }
  function set() {
    const members = [];
    at++;
    while (source[at] !== "]") {
      const from = unit();
      let to = from;
      if (source[at] === "-") {
        at++;
        to = unit();
      }
      for (let code = from; code <= to; code++) members.push(String.fromCharCode(code));
    }
    at++;
    return members;
  }
  function group() {
    const ahead = source.startsWith("(?!", at);
    at += source.startsWith("(?:", at) || ahead ? 3 : 1;
    const inner = alternatives();
    at++;
    return ahead ? [""] : inner;
  }
  function sequence() {
    let all = [""];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") {
      let one = source[at] === "[" ? set() : source[at] === "(" ? group() : [String.fromCharCode(unit())];
      if (source[at] === "?") {
        at++;
        one = [...one, ""];
      }
      all = cross(all, one);
    }
    return all;
  }
  function alternatives() {
    const all = sequence();
    while (source[at] === "|") {
      at++;
      all.push(...sequence());
    }
    return all;
  }
  return new Set(alternatives());
}

const matched = (text) => {
  emojiPattern.lastIndex = 0;
  return emojiPattern.exec(text)?.[0];
};

const TONES = [..."🏻🏼🏽🏾🏿"];
const known = new Set([...language(emojiPattern.source)].filter((one) => one.length && matched(one) === one));
// A single emoji weighs 2 with or without the emoji pattern; only the sequences have to be known.
const sequences = [...known].filter((one) => [...one].length > 1).sort();
for (const one of known)
  if (!sequences.includes(one) && parseTweet(`${one}\ufe0e`).weightedLength !== 4) throw new Error(`weight of ${one}`);
// No sequence may depend on what follows it.
for (const one of sequences) if (matched(`${one}\ufe0e`) !== one) throw new Error("a sequence in text style");
// A sequence with the first skin tone stands for all five.
const kept = sequences.filter((one) => !TONES.slice(1).some((tone) => one.includes(tone)));
const spread = kept.flatMap((one) => (one.includes(TONES[0]) ? TONES.map((tone) => one.replace(TONES[0], tone)) : [one]));
if (spread.sort().join(" ") !== sequences.join(" ")) throw new Error("skin tones are not alike");

const latin = pattern("latinAccentChars").source;
const letters = new RegExp(`^(?:${pattern("hashtagAlpha").source})$`, "i");
const word = new RegExp(`^(?:${pattern("hashtagAlphaNumeric").source})$`, "i");
const path = new RegExp(`^(?:${pattern("validGeneralUrlPathChars").source})$`, "i");
const pathEnd = new RegExp(`^(?:${pattern("validUrlPathEndingChars").source})$`, "i");
const notInDomain = new RegExp(`^(?:${pattern("validDomainChars").source})$`, "i");
const tables = {
  about: "Facts of twitter-text 3.1.0 and twemoji-parser 11.0.2, made by tests/plugins/x/reference/tables.mjs",
  top_level_domains: [...topLevelDomains("validGTLD"), ...topLevelDomains("validCCTLD")].sort().join(" "),
  latin: classBody(0x10000, oneOf(latin, "i")),
  latin_as_written: classBody(0x10000, oneOf(latin, "")),
  path: classBody(0x10000, (one) => one > "\x7f" && path.test(one)),
  path_end: classBody(0x10000, (one) => one > "\x7f" && pathEnd.test(one)),
  not_in_domain: classBody(0x10000, (one) => one > "\x7f" && !notInDomain.test(one)),
  letters: classBody(0x110000, (one) => letters.test(one)),
  word_only: classBody(0x110000, (one) => word.test(one) && !letters.test(one)),
  emoji_sequences: kept.sort().join(" "),
};
// What a reader of the file could not see is written as an escape.
const unseen = (one) => [...Array(one.length).keys()].map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`);
const text = JSON.stringify(tables, null, 1).replace(/[\p{C}\p{M}\p{Z}]/gu, (one) =>
  one === " " || one === "\n" ? one : unseen(one).join(""),
);
process.stdout.write(`${text}\n`);
