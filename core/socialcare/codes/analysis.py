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
        "where it is unknown, a test is unknown unless `if_missing` says otherwise, and where it is known that there is\n"
        "none, every test but `exists` is false. A field that its plugin does not declare as one that may be missing\n"
        "counts as there.\n"
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

ANALYSIS: tuple[Code, ...] = _TRUTHS
