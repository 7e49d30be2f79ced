"""Find personal data in a post by its shape: telephone numbers, e-mail, cards, bank accounts, addresses, references."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from socialcare_intent.screen import Screen

_LONGEST_READ = 16_384


class Found(NamedTuple):
    """A piece of personal data: its kind and where it stands (characters)."""

    kind: str
    start: int
    end: int


_HOLDS_ANY = re.compile(r"[0-9]|__|[A-Z]{6}|\w@\w")
_HAS_NUMBER = re.compile(r"[0-9]")
_HAS_CODE = re.compile(r"[A-Z0-9-]{5}|[0-9][A-Za-z0-9-]{3}")
_MASK = re.compile(r"__(email|phone)__")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?![\w-])")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_DIGITS = re.compile(r"(?<![\w.,:/$£€#@-])[+(]{0,2}\d(?:[ .()/-]{0,2}\d){6,21}(?![\w%]|[,:/]\d)")
_DATE_OR_TIME = re.compile(r"\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}")
_VERSION = re.compile(r"(?!0\d(?:\.\d\d){4})\d{1,2}(?:\.\d{1,4}){2,}")
_GROUPED_PHONE = re.compile(
    r"(?:1[ .-])?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}|0\d{1,4}[ )/.-]{1,2}\d[\d .-]{4,12}\d"
)
_CARD_GROUPS = re.compile(r"\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -]?)\d{6}\2\d{5}")
_CARD_ISSUER = re.compile(r"4|5[1-5]|2[2-7]|3[47]|6(?:011|4|5|2)|35|30|36|38")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CALLED = re.compile(
    r"\b(?:call|phone|ph|tel|telephone|mobile|cell|whatsapp|text|sms|ring|reach|contact)\b[^\n]{0,24}$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(?:number|nr|no|num)\b[^\n\d]{0,8}$", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:order|flight|booking|reservation|ref|reference|case|ticket|invoice|claim|request|tracking|package|parcel|account|acct"
    r"|confirmation|conf|pnr|serial|imei|model|code|id|pin|article|item|train|incident|complaint|member(?:ship)?)"
    r"\b[\s:.#-]*(?:number|num|nr|no|id|is|code)?\b[\s:.#-]*(?:is\s*)?$",
    re.IGNORECASE,
)

_STREET = re.compile(
    r"""(?<![\w$£€.,:/-])\d{1,5}(?:-\d{1,4})?[A-Za-z]?,?\s+(?:[NSEW]{1,2}\.?\s+)?(?:[A-Z0-9][\w'’.-]*\s+){1,4}
          (?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Close|Terrace|Crescent
             |Square|Sq|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Gardens|Grove)\b
      |(?<![\w$£€.,:/-])\d{1,5}[A-Za-z]?,?\s+(?!(?:the|a|an|this|my|your|hours?|minutes?|mins?|miles?|blocks?|lanes?)\b)
          [a-z'’]{3,20}\s+(?:street|avenue|boulevard|lane)\b
      |\b[P]\.?\s?O\.?\s?[Bb]ox\s+\d+
      |\b[A-ZÄÖÜ][\wäöüß-]{2,30}(?:straße|strasse|str\.|gasse|platz|weg|allee|straat|laan)\s+\d{1,4}\s?[a-z]?\b
      |\b\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|boulevard|place|chemin|impasse|quai)\s+(?:de\s|du\s|des\s|de\sla\s)?[A-ZÉÈ]\w+
      |\b(?:[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|[Rr]ua|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso)\s+(?:de\s|da\s|do\s|del\s|dei\s)?
          [A-ZÁÉÍÓÚ]\w+(?:\s+[A-ZÁÉÍÓÚ]\w+)?,?\s+(?:n[ºo.°]\s?)?\d{1,5}\b
      |\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b
      |\b[A-Z]{2}[ ,]\s?\d{5}(?:-\d{4})?\b(?!\s?(?:miles|points|steps))
    """,
    re.VERBOSE,
)
_LOCATOR = re.compile(r"(?<![\w@$/-])(?!N[0-9])(?=[A-Z0-9]{6}(?![\w-]))[A-Z]+[0-9]+[A-Z][A-Z0-9]*")
"""Six capitals and digits with a capital after a digit, as reservation systems make them; flight numbers end in digits."""
_PRICES = re.compile(r"\d+\.\d\d(?:\s?/\s?\d+\.\d\d)+")
_TOLL_FREE = re.compile(r"(?:0011|00|0|1|44)?8(?:00|33|44|55|66|77|88)\d{6,8}$")
"""Numbers that cost the caller nothing (North America, Britain and much of Europe): a company's, and nobody's own."""
_REFERENCE = re.compile(
    r"""\b(?:booking|reservation|res|confirmation|conf|confo|pnr|record\slocator|locator|order|case|ticket|claim|reference|ref
           |tracking|e-?ticket|incident|file|work\srequest|request|amendment\sfor\sbooking)\b
        (?:\s(?:ref|reference|code|number|num|nr|no|id|is|was)\b\.?)*\s{0,2}[:#.(-]{0,3}\s{0,2}
        (?P<code>(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,24}|[A-Z]{6})(?![\w-])""",
    re.VERBOSE | re.IGNORECASE,
)


def find_personal_data(text: str) -> tuple[Found, ...]:
    """Every piece of personal data in the first 16,384 characters of `text`, in order; links are not searched."""
    read = text[:_LONGEST_READ]
    if "http" in read or "www." in read:
        read = _LINK.sub(lambda link: " " * len(link[0]), read)
    may_be_found = _screen().passed(read)
    if not may_be_found or not _HOLDS_ANY.search(read):
        return ()
    found: list[Found] = []
    for number in sorted(may_be_found):
        for piece in _FINDERS[number][1](read):
            if all(piece.end <= other.start or piece.start >= other.end for other in found):
                found.append(piece)
    return tuple(sorted(found, key=lambda piece: piece.start))


@cache
def _screen() -> Screen:
    return Screen([needed for needed, _ in _FINDERS])


def _masked(text: str) -> Iterator[Found]:
    """E-mail addresses and telephone numbers that an archive replaced by a mask."""
    for mask in _MASK.finditer(text):
        yield Found(mask[1], *mask.span())


def _emails(text: str) -> Iterator[Found]:
    for email in _EMAIL.finditer(text):
        yield Found("email", *email.span())


def _accounts(text: str) -> Iterator[Found]:
    """International bank account numbers whose check digits are right (ISO 13616: modulo 97 is 1)."""
    for iban in _IBAN.finditer(text):
        bare = iban[0].replace(" ", "")
        if int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1:
            yield Found("bank_account", *iban.span())


def _numbers(text: str) -> Iterator[Found]:
    """Cards and telephone numbers."""
    for run in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", run[0])
        before = text[max(0, run.start() - 40) : run.start()]
        if _is_card(run[0], digits):
            yield Found("card", *run.span())
        elif _is_phone(run[0], digits, before):
            yield Found("phone", *run.span())


def _is_card(run: str, digits: str) -> bool:
    """Whether a run of digits is a payment card: grouped as cards are, an issuer's prefix, and the Luhn check digit."""
    return (
        13 <= len(digits) <= 19
        and _CARD_GROUPS.fullmatch(run.strip("(+)")) is not None
        and _CARD_ISSUER.match(digits) is not None
        and (len(digits) <= 16 or " " in run or "-" in run)
        and luhn(digits)
    )


def _is_phone(run: str, digits: str, before: str) -> bool:
    """Whether a run of 7 to 15 digits (E.164) is a telephone number: by its shape, or because it is called one."""
    if not 7 <= len(digits) <= 15 or _COUNTED.search(before) or _TOLL_FREE.match(digits):
        return False
    if _DATE_OR_TIME.fullmatch(run) or _PRICES.fullmatch(run) or _VERSION.fullmatch(run):
        return False
    if run.startswith(("+", "(+", "00")):
        return len(digits) >= 8
    if _GROUPED_PHONE.fullmatch(run):
        return len(digits) >= 9
    if _CALLED.search(before):
        return True
    return len(digits) in {10, 11} and (digits[0] == "0" or _NUMBERED.search(before) is not None)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def _references(text: str) -> Iterator[Found]:
    """Codes that are called a booking, an order, a case, and those that look like an airline's without being called so."""
    if not _HAS_CODE.search(text):
        return
    for locator in _LOCATOR.finditer(text):
        yield Found("booking_ref", *locator.span())
    for reference in _REFERENCE.finditer(text):
        code = reference["code"]
        if any(sign.isdigit() for sign in code) or code.isupper():
            yield Found("booking_ref", *reference.span("code"))


def _addresses(text: str) -> Iterator[Found]:
    if _HAS_NUMBER.search(text):
        for street in _STREET.finditer(text):
            yield Found("address", *street.span())


_MASK_NEEDS = r"__(?:email|phone)__"
_EMAIL_NEEDS = r"[\w.+-]@(?:[\w-]+\.)+[a-zA-Z]{2}"
_IBAN_NEEDS = r"[A-Z]{2}[\d]{2}(?: ?[A-Z0-9]{4}){2}"
_DIGITS_NEED = r"[\d](?:[ .()/-]{0,2}[\d]){6}"
_REFERENCE_NEEDS = (
    r"[A-Z][0-9]+[A-Z]"
    r"|(?i:booking|res|reservation|conf|confo|confirmation|pnr|locator|order|case|ticket|claim|ref|reference|tracking|incident|file"
    r"|request)(?:[\s](?i:ref|reference|code|number|num|nr|no|id|is|was)\.?)*[\s]{0,2}[:#.(-]{0,3}[\s]{0,2}"
    r"(?:[\w-]*[\d]|[A-Z]{6})"
    r"|[\x{130}\x{131}\x{17f}\x{212a}]"  # signs that an i, s or k in either case matches
)
_STREET_NEEDS = (
    r"[\d][A-Za-z]?,?[\s]+(?:[NSEW]+\.?[\s]+)?(?:[A-Z0-9][\w'.-]*[\s]+)+"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Close|Terrace|Crescent"
    r"|Square|Sq|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Gardens|Grove)"
    r"|[\d][A-Za-z]?,?[\s]+[\w']+[\s]+(?:street|avenue|boulevard|lane)"
    r"|[Bb]ox[\s]+[\d]"
    r"|(?:straße|strasse|str\.|gasse|platz|weg|allee|straat|laan)[\s]+[\d]"
    r"|[\d](?:[\s]?(?:bis|ter))?,?[\s]+(?:rue|avenue|boulevard|place|chemin|impasse|quai)[\s]"
    r"|(?:[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|[Rr]ua|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso)[\s]+(?:[a-z]+[\s])?"
    r"[\w]+(?:[\s]+[\w]+)?,?[\s]+(?:n[\w.][\s]?)?[\d]"
    r"|[A-Z][\d][A-Z\d]?[\s][\d][A-Z]{2}"
    r"|[A-Z]{2}[ ,][\s]?[\d]{5}"
)
_FINDERS: tuple[tuple[str, Callable[[str], Iterator[Found]]], ...] = (
    (_MASK_NEEDS, _masked),
    (_EMAIL_NEEDS, _emails),
    (_IBAN_NEEDS, _accounts),
    (_DIGITS_NEED, _numbers),
    (_REFERENCE_NEEDS, _references),
    (_STREET_NEEDS, _addresses),
)
"""What a text must hold for a finder to find anything. Where pieces of two overlap, the one found first counts."""
