"""The pages are whole: links lead somewhere, and what the product has is written down."""

import inspect
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import socialcare
from socialcare import hookspecs
from socialcare.config import _WAYS_OUT, find_settings
from socialcare.opening import sealed_guards
from socialcare.plugins import load
from socialcare.policy.language.filters import FILTERS
from socialcare.policy.reading.operators import OPERATORS
from socialcare.policy.reading.pages import SECTIONS
from socialcare.policy.reading.simulations import RULE_FIGURES, RUN_FIGURES
from socialcare.policy.statements import DEFAULT_RANKS
from socialcare_bluesky.settings import BlueskySettings
from socialcare_mastodon.settings import MastodonSettings
from socialcare_notify.settings import NotifySettings
from socialcare_places import Table
from socialcare_x.channel import XSettings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "rules").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
LONGEST_LINE = 140
HOOKS = [name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "socialcare_spec")]


def text(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def prose(page: Path) -> str:
    """A page without its blocks."""
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """What can be linked to within a page, spelled as hosts of Markdown spell it."""
    titles = re.findall(r"(?m)^#+ (.+)$", prose(page))
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one)).lower() for one in titles]
    return {one.strip().replace(" ", "-") for one in plain}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_page_and_a_heading_that_exist(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize(
    "page",
    [page for page in WRITTEN if page.parent == DOCS and page.name != "vocabulary.md"],
    ids=lambda page: page.name,
)
def test_lines_of_prose_can_be_read_in_an_editor(page: Path) -> None:
    long = [
        line for line in prose(page).splitlines() if len(line) > LONGEST_LINE and not line.startswith("|")
    ]
    assert not long


@pytest.mark.parametrize("page", [DOCS / "flow.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_file_that_a_contributor_is_sent_to_exists(page: Path) -> None:
    named = re.findall(r"`((?:\w+/)+[\w.]*|\w+\.(?:py|yaml|toml))`", prose(page))
    code = ROOT / "core" / "socialcare"
    places = (ROOT, code, code / "policy" / "reading", ROOT / "tests" / "core")
    assert named
    assert not [
        name for name in named if "NAME" not in name and not any((place / name).exists() for place in places)
    ]


def test_every_page_is_in_the_index() -> None:
    linked = {target.partition("#")[0] for target in LINK.findall(text("README.md"))}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= linked


def test_no_word_has_two_meanings() -> None:
    words = re.findall(r"(?m)^\| (?:\*\*)?`?([\w ]+)`?(?:\*\*)? \| ", text("words.md"))
    heads = {"word", "outcome"}
    named = [word for word in words if word not in heads]
    twice = {word for word in named if named.count(word) > 1}
    assert twice == {"held"}, "held is a state of an action and an outcome of a mention"


def test_the_table_of_operators_is_that_of_the_language() -> None:
    rows = re.findall(r"(?m)^\| [^|]+ \| `(\w+)` \| [^|]+ \| (.+) \|$", text("rules.md"))
    assert [word for word, _ in rows] == [*OPERATORS]
    for word, example in rows:
        assert example.startswith(f"`{OPERATORS[word].example}`") or word in ("within", "exists")


def test_the_page_of_the_language_names_every_section_filter_rank_and_figure() -> None:
    page = text("rules.md")
    words = {*SECTIONS, "tests", *FILTERS}
    assert not [word for word in words if f"`{word}" not in page]
    assert ", ".join(DEFAULT_RANKS) in " ".join(page.split())
    assert not [word for word in (*RULE_FIGURES, *RUN_FIGURES) if word not in page]


def test_every_key_of_the_settings_is_described() -> None:
    headings = re.findall(r"(?m)^## `\[?(\w+)", text("settings.md"))
    assert headings == [*_WAYS_OUT]


def test_every_guard_that_is_built_in_is_described(tmp_path: Path) -> None:
    loaded = load(find_settings(tmp_path))  # all our plugins are on where there is no file
    names = [name for _, guards in sealed_guards(loaded) for name in re.findall(r"(?m)^  ([\w.]+):$", guards)]
    assert re.findall(r"(?m)^\| `((?:sealed|x|bluesky|mastodon)\.\w+)` \|", text("settings.md")) == names


def test_every_setting_of_our_plugins_is_described() -> None:
    rows = {row.split("`")[1]: row for row in text("settings.md").splitlines() if row.startswith("| `")}
    assert {point.name for point in entry_points(group="socialcare")} <= rows.keys()
    settings = {
        "places": Table.model_fields,
        "notify": NotifySettings.model_fields,
        "x": XSettings.model_fields,
        "bluesky": BlueskySettings.model_fields,
        "mastodon": MastodonSettings.model_fields,
    }
    assert all(f"`{key}`" in rows[name] for name, keys in settings.items() for key in keys)


def test_every_hook_is_described_with_its_signature() -> None:
    page = text("plugins.md")
    assert HOOKS
    for name in HOOKS:
        signature = str(inspect.signature(getattr(hookspecs, name))).replace("'", "")
        assert f"`{name}{signature}`" in page


def test_every_name_of_the_front_door_and_the_kit_is_mentioned() -> None:
    from socialcare import testing  # noqa: PLC0415 - it takes its time to load

    page = text("plugins.md")
    names = {*socialcare.__all__, *testing.__all__}
    assert not [name for name in sorted(names) if not re.search(rf"\b{name}\b", page)]
