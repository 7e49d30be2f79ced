"""Writes texts made to trip a counter of characters, one JSON string a line: `python strings.py COUNT [SEED]`.

Each text is a run of pieces drawn from families: emoji with and without their joiners, domains of every kind, glue that
may or may not end a URL, tags, alphabets, marks.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator

JOINER, TEXT_STYLE, EMOJI_STYLE, KEYCAP = "\u200d", "\ufe0e", "\ufe0f", "\u20e3"
TONES = "🏻🏼🏽🏾🏿"
PEOPLE = "👨👩👧👦🧑👮🕵🏃🤷🏋⛹🧙🧞🧟🤼👯👶👴🧔👰🤵🏇🏂🕴"
THINGS = "⚕⚖✈🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳♀♂❤💋🌈☠🗨⬛🦺🎄🍼"
SIGNS = "©®™‼⁉ℹ↔☀☎☝✌✍❄❤➡⤴〰〽㊗㊙🀄🅰🈂🈚♟♾⭐🖐🏳🏴👁🫠🥰🫶🏻🧿🦩🪐\u2640\u2642"
TLDS = [
    "com",
    "net",
    "org",
    "de",
    "co",
    "uk",
    "co.uk",
    "io",
    "app",
    "museum",
    "jp",
    "рф",
    "中国",
    "公司",
    "コム",
    "한국",
    "vermögensberatung",
    "onion",
    "xn--p1ai",
    "xn--80akhbyknj4f",
    "zz",
    "foo",
    "bar",
    "c",
    "comm",
    "con",
    "ελ",
    "სა",
    "გე",
    "бел",
    "ไทย",
]
LATIN = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789"
OTHER = "中文字日本語カタひら한국어ñöüßéāőơ̈ɠιЖдяᲀωΣςअआकกขعربيةאבჀაⴀİıſK𝒜𠮷𐀀"
GLUE = [
    *".,:;!?-_/\\@#$%&*()[]{}<>|~^+='\"` \n\t",
    "…",
    "。",
    "．",
    "｡",
    "、",
    "“",
    "”",
    "–",
    "—",
    "＠",
    "＃",
    "・",
    "«",
    "¡",
    "：",
    "／",
]
MARKS = "\u200e\u200f\u202a\u202b\u202c\u202e\u2066\u2067\u2068\u2069\u061c\u200b\u200c\u200d\ufeff\ufffe\uffff\u00ad\u0301\u0308\u0323\u20e3\ufe0e\ufe0f\u180e\u0085\u00a0\u3000\u2028\u0001\u007f"
PATH = LATIN + "/.,-_~!*';:=+$%#[]@|&()ЖñÉ–中?"
SCHEMES = [
    "http://",
    "https://",
    "HTTP://",
    "hTTps://",
    "ftp://",
    "http:/",
    "//",
    "http://www.",
    "www.",
    "xhttp://",
    "httpss://",
]


def texts(seed: int) -> Iterator[str]:
    """Texts without end, the same for the same seed."""
    dice = random.Random(seed)
    while True:
        yield "".join(_piece(dice) for _ in range(dice.choice((1, 1, 2, 3, 4, 6, 9))))


def _piece(dice: random.Random) -> str:
    return dice.choice(FAMILIES)(dice)


def _letters(dice: random.Random, alphabet: str, most: int) -> str:
    return "".join(dice.choice(alphabet) for _ in range(dice.randint(1, most)))


def _emoji(dice: random.Random) -> str:
    parts = []
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4))):
        parts.append(dice.choice(dice.choice((PEOPLE, THINGS, SIGNS, "0123456789#*"))))
        parts.append(
            dice.choice(("", "", EMOJI_STYLE, TEXT_STYLE, KEYCAP, dice.choice(TONES), EMOJI_STYLE + KEYCAP))
        )
        parts.append(dice.choice((JOINER, JOINER, "", EMOJI_STYLE, dice.choice(TONES))))
    return "".join(parts[: dice.randint(1, len(parts))])


def _family(dice: random.Random) -> str:
    return JOINER.join(dice.choice("👨👩👧👦") for _ in range(dice.randint(2, 5)))


def _couple(dice: random.Random) -> str:
    return JOINER.join(
        [
            dice.choice("👨👩"),
            "❤" + dice.choice((EMOJI_STYLE, "")),
            *dice.choice(([], ["💋"])),
            dice.choice("👨👩"),
        ]
    )


def _flags(dice: random.Random) -> str:
    if dice.random() < 0.2:
        tags = dice.choice(("gbeng", "gbsct", "gbwls", "ustx", "gb"))
        return "🏴" + "".join(chr(0xE0000 + ord(each)) for each in tags) + dice.choice(("\U000e007f", ""))
    return "".join(chr(0x1F1E6 + dice.randrange(26)) for _ in range(dice.randint(1, 5)))


def _label(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.45:
        return _letters(dice, LATIN, 8)
    if kind < 0.6:
        return _letters(dice, OTHER, 4)
    if kind < 0.75:
        return _letters(dice, LATIN + OTHER, 6)
    if kind < 0.9:
        return _letters(dice, LATIN + "-_", 6)
    if kind < 0.93:
        return dice.choice(LATIN + OTHER) * dice.choice((18, 40, 58, 62, 63, 64, 70))
    if kind < 0.96:
        return "xn--" + _letters(dice, LATIN + "-", 6)
    return dice.choice(("", "t", "😀", "a😀", "-", "_", "中。国", "t.co", "\u0301a"))


def _domain(dice: random.Random) -> str:
    last = dice.choice(TLDS)
    if dice.random() < 0.2:
        last = dice.choice((last.upper(), last.title(), last + dice.choice(OTHER), last + dice.choice(LATIN)))
    return ".".join([*(_label(dice) for _ in range(dice.choice((1, 1, 1, 2, 3)))), last])


def _url(dice: random.Random) -> str:
    port = dice.choice(("", "", "", ":80", ":8080", ":", ":x"))
    path = dice.choice(("", "", "/", "/" + _letters(dice, PATH, 14), "/" + _parentheses(dice)))
    query = dice.choice(("", "", "?", "?" + _letters(dice, PATH, 8)))
    return dice.choice(("", "", "", *SCHEMES)) + _domain(dice) + port + path + query


def _parentheses(dice: random.Random) -> str:
    inner = _letters(dice, PATH, 4)
    return dice.choice(
        ("a_({0})", "({0}({0}))", "(({0}", "({0})!", "x({0}({0})y", "()", "({0}(({0})))")
    ).format(inner)


def _tco(dice: random.Random) -> str:
    slug = _letters(dice, LATIN, 10) if dice.random() < 0.8 else "a" * dice.choice((39, 40, 41))
    return (
        dice.choice(("http://", "https://", "HTTPS://", ""))
        + dice.choice(("t.co", "T.CO"))
        + "/"
        + slug
        + _rest(dice)
    )


def _rest(dice: random.Random) -> str:
    return dice.choice(("", "", "/b", "?a=1", "中", ".", "?", "#x", "é"))


def _tag(dice: random.Random) -> str:
    sign = dice.choice("@@##$＠＃")
    name = dice.choice(
        (
            _letters(dice, LATIN + "_", 12),
            _letters(dice, LATIN + OTHER + "_", 6),
            _letters(dice, "0123456789", 3),
            "user.com",
            "a.b",
            "BRK.B",
            "AAPL",
            "C_x",
        )
    )
    return (
        dice.choice(("", " ", "rt", "RT:", ".", "&", "e"))
        + sign
        + name
        + dice.choice(("", " ", "/list", "/l_-9", "://", "@", EMOJI_STYLE, KEYCAP))
    )


def _email(dice: random.Random) -> str:
    return _letters(dice, LATIN + ".+-_", 6) + "@" + _domain(dice)


def _words(dice: random.Random) -> str:
    return _letters(dice, dice.choice((LATIN + "     ", OTHER, LATIN + OTHER)), 12)


def _any(dice: random.Random) -> str:
    block = dice.choice(
        (
            (0x20, 0x24F),
            (0x300, 0x36F),
            (0x1100, 0x11FF),
            (0x1E00, 0x1FFF),
            (0x2000, 0x2BFF),
            (0x3000, 0x30FF),
            (0xAC00, 0xACFF),
            (0xFF00, 0xFFEF),
            (0x1F000, 0x1FAFF),
            (0xE0000, 0xE007F),
        )
    )
    return "".join(chr(dice.randint(*block)) for _ in range(dice.randint(1, 4)))


FAMILIES: list[Callable[[random.Random], str]] = [
    _emoji, _emoji, _family, _couple, _flags, _url, _url, _url, _tco, _tag, _tag, _email, _words, _any,
    lambda dice: dice.choice(GLUE), lambda dice: dice.choice(GLUE), lambda dice: dice.choice(MARKS),
]  # fmt: skip


if __name__ == "__main__":
    source = texts(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for _ in range(int(sys.argv[1])):
        print(json.dumps(next(source)))
