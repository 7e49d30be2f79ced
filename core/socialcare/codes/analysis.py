"""SC3xx to SC5xx: what is likely not meant, found without a single mention."""

from socialcare.codes.code import Code

_TRUTHS = (
    Code(
        "SC301",
        "never true",
        "No mention can make the condition true, so what depends on it never happens, however healthy it looks. The\n"
        "parts that exclude each other are shown. A text of `first_of` is also never said where those before it leave\n"
        "nothing over.\n"
        "Avoid:   when: {all: [asks], intent: praise}   # asks: {intent: question}\n"
        "Prefer:  when: {any: [asks, {intent: praise}]}",
    ),
    Code(
        "SC302",
        "always true",
        "Every mention makes the condition true, so it tests nothing. A field that may be missing does not always hold:\n"
        "where it is unknown, a test is unknown unless `if_missing` says otherwise, and where a plugin looked and found\n"
        "none, every test but `exists` is false. What every mention has (its text, its author's handle, …) and a field\n"
        "whose plugin does not declare that it may be missing are never unknown.\n"
        "Avoid:   when: {any: [{intent: question}, {none: [{intent: question}]}]}\n"
        "Prefer:  leave `when` out, if every mention is meant",
    ),
    Code(
        "SC303",
        "a redundant alternative",
        "Without this alternative, or this word of a list, the condition would hold in the same worlds: the others say\n"
        "it already, or it cannot be where it stands. Most often something else was meant. Words of a named list are\n"
        "not compared.\n"
        "Avoid:   text: {has: [open*, opening hours]}\n"
        "Prefer:  text: {has: [open*, hours]}",
    ),
)

_RIVALS = (
    Code(
        "SC310",
        "a rule that is always outranked",
        "Wherever the rule fires, another one fires too, comes first by rank, `wins_over` or `order:`, and takes every\n"
        "slot that this one wants. Only what takes its slot for certain counts: not a rule with `limit`, `rollout`,\n"
        "`look_up` or a shorter `active`, not a handover, which is off for what was handed over.\n"
        "Avoid:   all: {rank: complaint, when: {intent: question}, …}   hours: {rank: question, when: {intent: question, …}, …}\n"
        "Prefer:  all: {rank: fallback, when: {intent: question}, …}",
    ),
    Code(
        "SC311",
        "a pair that nothing orders",
        "Two rules of one rank want the same slot, some mentions are for both, and neither `wins_over`, a more specific\n"
        "condition nor `order:` says who wins: their ids do, so a rename would change what is answered. The mention\n"
        "that is shown was made up and tried: both conditions are true of it. It can be pasted as a test. Three pairs\n"
        "of a rule are shown at once.\n"
        "Avoid:   hours: {when: {text: {has: open}}, …}   parcel: {when: {text: {has: parcel}}, …}\n"
        "Prefer:  hours: {wins_over: [parcel], when: {text: {has: open}}, …}",
    ),
)

_EFFECTS = (
    Code(
        "SC312",
        "an action that is always forbidden",
        "Wherever the rule fires, a guard forbids the action, so it never goes out. Built-in guards know what a platform\n"
        "does not let anybody do. Guards that hold, limit or ask a person are not meant, nor those with `active`.\n"
        "Avoid:   guards: {no.praise: {when: {intent: praise}, forbid: [public]}}   # and a rule that thanks for praise\n"
        "Prefer:  guards: {no.praise: {when: {intent: praise}, forbid: [public], except: [praise.thank]}}",
    ),
    Code(
        "SC313",
        "a circle of handovers",
        "A mention that was handed over is decided once more by the account that received it, and not handed on. Where\n"
        "that account would hand it back, or to itself, it stays with somebody for whom no rule was written. The conditions\n"
        "of all rules of the circle can be true of one mention.\n"
        "Avoid:   when: {topic: billing}, do: {handover: help}\n"
        "Prefer:  when: {topic: billing, account: [main, uk]}, do: {handover: help}",
    ),
)

ANALYSIS: tuple[Code, ...] = (*_TRUTHS, *_RIVALS, *_EFFECTS)
