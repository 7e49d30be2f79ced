"""Finds the files of a policy, which is a folder, and reads what is in them."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from socialcare.diagnostics import Place, Problems
from socialcare.policy.yaml.decoding import LARGEST_FILE

MOST_FILES = 1_000
LARGEST_LIST = 10_000_000
LARGEST_POLICY = 64_000_000
CONTENT = "content"

_ENDINGS = (".yaml", ".yml")
_DISGUISES = (".yaml.txt", ".yml.txt")
"""What an editor that hides endings makes of them."""
FIRST_POLICY = "`socialcare init DIR` writes a first policy"

Raw = tuple[str, bytes]
"""A file's path as people will read it, and what is in it."""


def find_policy_files(path: Path, problems: Problems) -> list[Raw]:
    """Read the bytes of every `*.yaml` and `*.yml` under a folder, in capitals too, or report what stands in the way.

    Hidden files and folders are left out, and so is the folder `content` directly under the policy: it holds
    texts to choose from, not statements. Symbolic links are followed only within the folder. At most 1,000
    files and 64 MB are read. The files are sorted by path.
    """
    files: list[Raw] = []
    if not _is_policy_folder(path, problems):
        return files
    left = LARGEST_POLICY
    found = islice(_yaml_files(path, problems), MOST_FILES + 1)
    for number, file in enumerate(sorted(found, key=lambda file: file.parts)):
        name = shown_path(file)
        if number == MOST_FILES:
            fix = "join small files: any number of rules may stand in one"
            problems.error("SC104", None, f"`{path}` holds more than {MOST_FILES:,} files", fix=fix)
            break
        data = _bytes_of(file, name, problems)
        if data is None:
            continue
        left -= len(data)
        if left < 0:
            fix = "load long lists with `from: lists/words.txt`"
            problems.error("SC104", None, f"`{path}` holds more than 64 MB of YAML", fix=fix)
            break
        files.append((name, data))
    return files


def shown_path(path: Path) -> str:
    """Return a path as people will read it: relative to the working directory where it lies within."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def _is_policy_folder(path: Path, problems: Problems) -> bool:
    name = shown_path(path)
    try:
        if path.is_dir():
            return True
        missing = not path.exists()
    except (OSError, ValueError) as error:  # a name too long or with a NUL
        problems.error("SC103", None, f"`{name}` cannot be read: {_reason(error)}")
        return False
    if missing:
        fix = f"name the folder of the rules, or go where its socialcare.toml lies; {FIRST_POLICY}"
        problems.error("SC101", None, f"there is no folder `{name}`", fix=fix)
    else:
        fix = f"name the folder it lies in: `{shown_path(path.parent)}`"
        problems.error("SC101", None, f"`{name}` is a file; a policy is a folder", fix=fix)
    return False


def _yaml_files(path: Path, problems: Problems) -> Iterator[Path]:
    """Every file once, though links may lead to it too."""
    root = path.resolve()
    links: list[Path] = []
    seen: set[Path] = set()

    def unreadable(error: OSError) -> None:
        name = shown_path(Path(error.filename or path))
        problems.error("SC103", None, f"`{name}` cannot be read: {_reason(error)}", fix=_PERMISSION)

    for parent, folders, names in os.walk(path, onerror=unreadable):
        here = Path(parent)
        apart = {CONTENT} if here == path else set()
        for folder in folders:
            if (here / folder).is_symlink() and not folder.startswith("."):
                _refuse_outside(here / folder, root, problems)
        folders[:] = [name for name in folders if not name.startswith(".") and name not in apart]
        for name in names:
            file = here / name
            if name.startswith("."):
                continue
            if name.lower().endswith(_DISGUISES):
                shown, right = shown_path(file), shown_path(file.with_suffix(""))
                problems.error(
                    "SC103", None, f"`{shown}` is not read, for its ending", fix=f"name it `{right}`"
                )
            if not name.lower().endswith(_ENDINGS):
                continue
            if file.is_symlink():
                links.append(file)
            else:
                seen.add(file.resolve())
                yield file
    for link in sorted(links):
        if not _refuse_outside(link, root, problems) and link.resolve() not in seen:
            seen.add(link.resolve())
            yield link


_PERMISSION = "check its permissions, or move it out of the policy"


def _refuse_outside(link: Path, root: Path, problems: Problems) -> bool:
    try:
        outside = not link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError) as error:  # a link that leads nowhere, or in a circle
        problems.error("SC103", None, f"the link `{shown_path(link)}` leads nowhere: {_reason(error)}")
        return True
    if outside:
        problems.error(
            "SC103",
            None,
            f"the link `{shown_path(link)}` leads out of the policy",
            fix="put the file itself there",
        )
    return outside


def _bytes_of(file: Path, name: str, problems: Problems) -> bytes | None:
    reason = "it is no ordinary file"
    try:
        if file.is_file():  # a pipe would keep us waiting
            with file.open("rb") as stream:
                return stream.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = _reason(error)
    problems.error("SC103", Place(name, 1, 1), f"the file cannot be read: {reason}", fix=_PERMISSION)
    return None


def _reason(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text[:1].lower() + text[1:]


def read_list(folder: Path | None, name: str) -> tuple[str | None, bytes]:
    """What is wrong with a list file of a policy, or `None` and what is in it."""
    if folder is None:
        return "cannot be read here: there is no folder", b""
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            return "lies outside the folder of the policy", b""
        if not file.is_file():
            return f"is not there (looked in `{folder}`)", b""
        with file.open("rb") as stream:
            data = stream.read(LARGEST_LIST + 1)
    except (OSError, ValueError, RuntimeError):
        return "cannot be read", b""
    return (
        (None, data) if len(data) <= LARGEST_LIST else (f"is larger than {LARGEST_LIST // 1_000_000} MB", b"")
    )
