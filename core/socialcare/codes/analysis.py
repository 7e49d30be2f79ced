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

_TEXTS = (
    Code(
        "SC401",
        "a text that may be too long",
        "The greatest length of everything that is put in was added up: company entries as they are, handles as the\n"
        "platform has them, fields and answers with the maximum that their plugin declares (each character may be a wide\n"
        "one, and hosts of your own may stand there as links), numbers with 24 characters, which is so for all between\n"
        "10^-5 and 10^16. What is not found too long fits. Where no maximum is declared, it is undecided. A text that is too\n"
        "long is held for a person unless `if_too_long` says something else.\n"
        'Avoid:   reply: "{{ faq.answer }}"\n'
        'Prefer:  reply: {say: "{{ faq.answer }}", if_too_long: "Write to {{ company.email }} and we answer in full."}',
    ),
    Code(
        "SC402",
        "a variable that may be missing",
        "A text with a placeholder that has no value is held for a person. A value is certain where `when` tests it, of the\n"
        "rule, the action or the branch (any test that is true of it will do), where `only_if_found` names its look-up, and\n"
        "where every mention has it. `default` says what stands there otherwise.\n"
        'Avoid:   reply: "Hi {{ author.first_name }}!"\n'
        'Prefer:  reply: "Hi {{ author.first_name | default: "there" }}!"',
    ),
    Code(
        "SC403",
        "only a link",
        "A bare link makes people search for what they asked, and looks like spam to the platform.\n"
        'Avoid:   reply: "{{ company.stores_url }}"\n'
        'Prefer:  reply: "We are open 9 to 18. All stores: {{ company.stores_url }}"',
    ),
    Code(
        "SC404",
        "personal data asked for in public",
        "A public reply asks for a telephone, order or card number, an address, a date of birth or the like, and everybody\n"
        "reads the answer. A sentence with a link or an e-mail address says where to send it, and is let pass, as is a text\n"
        "that speaks of a private message. English words only are recognised.\n"
        "Avoid:   reply: What is your order number?\n"
        'Prefer:  reply: "Send us your order number in a private message, please: {{ company.dm_link }}"',
    ),
)

_TESTS = (
    Code(
        "SC501",
        "a rule without a test",
        "A test under the rule says what it is for, and keeps the next change from breaking it. Rules on a schedule are\n"
        "tested by conversations, and not asked for one.\n"
        'Prefer:  tests: [{mention: "When do you close?", expect: {reply: {contains: "18"}}}]',
    ),
    Code(
        "SC502",
        "a rule without a negative test",
        "A rule that is too broad answers what it should not. One test at least says when it stays quiet: with\n"
        "`fires: false`, or with `never` and one of its actions.\n"
        'Prefer:  tests: [{mention: "My eyes are wide open", expect: {fires: false}}]',
    ),
)

ANALYSIS: tuple[Code, ...] = (*_TRUTHS, *_RIVALS, *_EFFECTS, *_TEXTS, *_TESTS)
