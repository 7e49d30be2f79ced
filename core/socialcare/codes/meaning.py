"""SC2xx: what the statements of a policy mean, and the names they use."""

from socialcare.codes.code import Code

_NAMES = (
    Code(
        "SC201",
        "an unknown key",
        "A misspelt key that nobody reads would drop a condition in silence and make a rule broader. Every key is\n"
        "therefore known or an error, except those that begin with `x-`, which are yours.\n"
        "Avoid:   wen: {intent: question}\n"
        "Prefer:  when: {intent: question}",
    ),
    Code(
        "SC202",
        "an unknown field",
        "Conditions and placeholders name fields that the installed plugins bring, counts, flags, formulas and, after\n"
        "`when`, the answers of look-ups. `socialcare vocabulary` lists the fields. A signal is no field.\n"
        "Avoid:   author.folowers: {above: 1000}\n"
        "Prefer:  author.followers: {above: 1000}",
    ),
    Code(
        "SC203",
        "an unknown value of a field",
        "The field holds one of a closed list of words, and this is none of them, so the condition could never hold.\n"
        "Avoid:   intent: qestion\n"
        "Prefer:  intent: question",
    ),
    Code(
        "SC204",
        "an unknown name",
        "The name of a signal, list, calendar, person, account, rule, rank or company entry that no file declares.\n"
        "Avoid:   author.handle: {in: staf}\n"
        "Prefer:  author.handle: {in: staff}   # lists: {staff: [ann, bob]}",
    ),
    Code(
        "SC211",
        "said twice",
        "Statements may be spread over any number of files, so the same id in two of them would make one of the two\n"
        "disappear. The ids of built-in guards are taken. An old id under `was` belongs to one statement only.",
    ),
    Code(
        "SC212",
        "a circle",
        "A signal, count or formula that depends on itself has no value, and rules that win over each other in a\n"
        "circle have no winner. Break the circle at one of the names shown.",
    ),
    Code(
        "SC220",
        "an unknown action or look-up",
        "Actions and look-ups come from plugins. Check the spelling, or whether the plugin that brings it is enabled\n"
        "in `socialcare.toml`; `socialcare vocabulary` lists what is there.",
    ),
    Code(
        "SC225",
        "a name that is taken",
        "A formula or the alias of a look-up stands beside the fields, so it cannot have the name of one.",
    ),
    Code(
        "SC215",
        "a flag that nobody sets",
        "A flag is false until a rule sets it. One that no rule sets is always false, most likely for a misspelt name.\n"
        "Avoid:   flags.optedout: true\n"
        "Prefer:  flags.opted_out: true   # set by `remember: {flags.opted_out: true}`",
    ),
)

_SHAPES = (
    Code(
        "SC205",
        "another form of value",
        "A text, a list or a map stands where another of the three is needed. Each shape has one meaning everywhere:\n"
        "the lines of a map are *and*, a list of values is *any of*.",
    ),
    Code(
        "SC206",
        "a value that does not fit",
        "What stands there decides how a value is read: a number is written out with a point before the decimals, a\n"
        "span of time as `30m`, `24h` or `7d`, a date as `2026-12-01`, a time as `09:30`, a truth as true or false.",
    ),
    Code(
        "SC207",
        "something is missing",
        "A statement without this key would mean nothing, or everything.",
    ),
    Code(
        "SC222",
        "nothing stands here",
        "An empty condition would hold always and an empty list never, so neither is guessed at. Write the value, or\n"
        "leave the key out.\n"
        "Avoid:   when:\n"
        "Prefer:  when: {intent: question}",
    ),
    Code(
        "SC223",
        "keys that do not go together",
        "Two keys that contradict each other, a key beside a kind of guard that does not use it, a name that must\n"
        "stand elsewhere in the same statement, or two actions of which only the first can ever happen.\n"
        "Avoid:   do: {reply: We are on it., handover: help}\n"
        "Prefer:  do: {handover: help}",
    ),
    Code(
        "SC224",
        "which version of the language",
        "At least one file says `socialcare: 1`, so that a later version cannot give your words another meaning.",
    ),
    Code(
        "SC221",
        "a list that cannot be read",
        "A list may stand in a text file inside the folder of the policy, one word a line, in UTF-8, with comments on\n"
        "lines that begin with `#`.\n"
        "Prefer:  staff: {from: lists/staff.txt}",
    ),
)

_CONDITIONS = (
    Code(
        "SC208",
        "a value without an operator",
        "Does `author.followers: 1000` mean exactly, at least or more than 1000? Nobody should have to guess.\n"
        "Avoid:   author.followers: 1000\n"
        "Prefer:  author.followers: {at_least: 1000}",
    ),
    Code(
        "SC209",
        "an operator that the field does not have",
        "Which operators there are follows from the type of the field: words and phrases for texts, bounds for numbers,\n"
        "calendars for the time. `socialcare vocabulary` has the table.\n"
        "Avoid:   text: {at_least: 3}\n"
        "Prefer:  text: {has: [three, four]}",
    ),
    Code(
        "SC210",
        "a list of conditions without a word before it",
        "Some tools take a list for *and*, some for *or*. Here `all`, `any` or `none` says which.\n"
        "Avoid:   when: [{intent: question}, {intent: praise}]\n"
        "Prefer:  when: {any: [{intent: question}, {intent: praise}]}",
    ),
    Code(
        "SC213",
        "a pattern that is not read",
        "Patterns are RE2, which takes time linear in the text; look-around, back-references and `\\C` are not to be\n"
        "had, and `\\b` stands at the ends only. Most often `has` says it better.",
    ),
    Code(
        "SC214",
        "a guard over a field that may be missing",
        "A guard binds unless its condition is false. Where the field is not provided, the condition is unknown, so an\n"
        "archive without it would hold everything back. Say which it is to be.\n"
        "Avoid:   author.followers: {above: 50000}\n"
        "Prefer:  author.followers: {above: 50000, if_missing: false}",
    ),
    Code(
        "SC218",
        "a calculation that is not read",
        "A formula is made of numbers, the names of number fields, + - * / and brackets.\n"
        "Prefer:  reach: {calc: 0.2 * author.followers + 80, if_missing: 80}",
    ),
)

_EFFECTS = (
    Code(
        "SC216",
        "a guard that keeps nothing back",
        "A guard does exactly one of five things: `forbid`, `hold`, `need_approval`, `limit` or `budget`. Split a guard\n"
        "that should do two of them.",
    ),
    Code(
        "SC217",
        "a text that cannot be said",
        "A placeholder is `{{ field }}`, with filters after `|`. Placeholders that cannot be filled would reach a\n"
        "customer, so all are checked before.\n"
        "Avoid:   Hi {{ name }\n"
        'Prefer:  Hi {{ author.first_name | default: "there" }}',
    ),
    Code(
        "SC219",
        "parameters that an action refuses",
        "The plugin that brings the action checks its parameters. `socialcare vocabulary` shows an example of each.",
    ),
)

MEANING: tuple[Code, ...] = tuple(
    sorted((*_NAMES, *_SHAPES, *_CONDITIONS, *_EFFECTS), key=lambda code: code.code)
)
