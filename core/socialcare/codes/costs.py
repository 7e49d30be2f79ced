"""SC6xx: what makes every mention dearer."""

from socialcare.codes.code import Code

COSTS: tuple[Code, ...] = (
    Code(
        "SC601",
        "a pattern that is tried on every mention",
        "A pattern is only tried where a piece stands that every fit has: two letters, digits or signs in a row that stand\n"
        "for themselves. This one has none, and no test beside it names a word or handle that must be there, so it is tried\n"
        "on every mention, or on each with the right intent, at 1 to 2 µs; with `\\b` at its ends, where it often nearly fits,\n"
        "or a repeated `\\w` at up to 20. It is a warning where all such patterns together take 30 µs a mention or more, which\n"
        "doubles the time of a dry run, and a note from 5 µs on.\n"
        "Avoid:   text: {matches: '\\d{6}'}\n"
        "Prefer:  text: {matches: 'order (?:number|no)?.{0,3}\\d{6}'}\n"
        "Prefer:  text: {has: [order, parcel, booking], matches: '\\d{6}'}",
    ),
    Code(
        "SC602",
        "rules that nothing can be looked up by",
        "A rule costs nothing where the word, phrase or handle that must be there is not. These rules test numbers, times,\n"
        "counts, flags or confidence only, or only what must not be there, or have an alternative under `any` that does, so\n"
        "they are asked of every mention, or of each with the right intent: a number takes about 0.15 µs, a count or flag that\n"
        "alone decides 1 µs, a calendar 3 µs. It is a warning where they take 30 µs a mention together, which doubles the\n"
        "time of a dry run, and a note from 5 µs on; the dearest are shown. A few of them do no harm.\n"
        "Avoid:   when: {author.followers: {above: 10000}}   # and hundreds like it\n"
        "Prefer:  when: {author.followers: {above: 10000}, intent: complaint, text: {has: [refund, broken]}}",
    ),
)
