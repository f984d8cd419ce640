"""The options of `suppression`'s verbs, and what their `--help` says."""

from dataclasses import dataclass
from typing import Final

from pipeline.command_line import Help
from pipeline.option_table import Groups, Option

PROG: Final = "python -m pipeline suppression"

_FROM = Option(
    "--from",
    "FILE",
    "a list to read: text or CSV, packed or not, local or in a bucket; a glob in quotes. May be repeated",
    is_repeatable=True,
)
_CHANGES = Option(
    "--from",
    "CHANGES",
    "a list of changes, packed or not, local or in a bucket; a glob in quotes. May be repeated: later"
    " ones hold against earlier ones",
    is_repeatable=True,
)
_TO = Option(
    "--to",
    "FILE.dnd",
    "the index to write; one of that name is replaced when the new one is whole",
)
_COLUMN = Option(
    "--column",
    "NAME",
    "the column that holds the numbers (default: every column with a name that phone columns have)",
)
_CATEGORY_COLUMN = Option(
    "--category_column",
    "NAME",
    "the column of the categories, 1 to 8, that a number is blocked for; several as in 2,5; none, or 0,"
    " blocks for all (default: a column with such a name)",
)
_CATEGORY_MEANS = Option(
    "--dnd_category_means",
    "WHAT",
    "what that column names: the categories that are blocked, or those that are allowed. A column of"
    " preferences is not read without it",
)
_REGION = Option(
    "--region",
    "REGION",
    "of which region numbers without a country code are, ISO 3166 (default: that of leads, IN)",
)
_DATE = Option(
    "--date",
    "MOMENT",
    "the list's own date in UTC, as in 2026-11-25 or 2026-11-25T18:30:00Z, by which its age is counted"
    " (default: what a comment at its top says, as in `# date: 2026-11-25`, else when its file was changed)",
)
_ALLOW_EMPTY = Option("--dnd_allow_empty", "", "let a list pass that holds no number at all")
_JSON = Option("--json", "", "as one JSON object, for programs")
_CATEGORY = Option(
    "--dnd_category", "N", "answer for calls of this category, 1 to 8 (default: for any category)"
)


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be said to one verb.

    Attributes:
        help: what `--help` says, beside the options.
        groups: its options, under titles.
        files: how many of the words that belong to no option it takes: its files.
        takes_numbers: whether phone numbers may follow them.
    """

    help: Help
    groups: Groups
    files: int = 0
    takes_numbers: bool = False

    @property
    def options(self) -> dict[str, Option]:
        """The options by name."""
        return {option.name: option for _, options in self.groups for option in options}


_ENDS = """\
Exit status: 0 done; 1 stopped, or failed on the way; 2 {},
and the message says what to mend.
"""

VERBS: Final = {
    "build": Verb(
        Help(
            "build --from FILE [--from FILE ...] --to FILE.dnd [options]",
            "Build an index of do-not-disturb lists: one file, which is mapped and not read, of any size.\n"
            "Numbers are read as those of leads are. Lines without a number are counted, and written to\n"
            "FILE.dnd.not-numbers.txt, for its owner alone. A list that hides a number is refused.\n",
            _ENDS.format("nothing was built"),
        ),
        (
            ("lists", (_FROM, _COLUMN, _CATEGORY_COLUMN, _CATEGORY_MEANS, _REGION, _ALLOW_EMPTY)),
            ("the index", (_TO, _DATE)),
        ),
    ),
    "show": Verb(
        Help(
            "show FILE.dnd [--json]",
            "Say what an index is and holds: version, numbers, size, dates, sources, categories, and how\n"
            "many lines were no numbers. All of it is verified first.\n",
            _ENDS.format("it is no sound index"),
        ),
        (("options", (_JSON,)),),
        files=1,
    ),
    "test": Verb(
        Help(
            "test FILE NUMBER ... [options]",
            "Ask an index, or a list as text or CSV, about numbers in any spelling. A line each, in their\n"
            "order, with tabs between: place, the number with its last three digits, and `listed`,\n"
            "`not listed` or `no phone number`; behind `listed`, if the list has categories, what the\n"
            "number is blocked for: `all categories`, or as in `categories 2, 5`.\n",
            _ENDS.format("a word is no phone number, or the list is not in order"),
        ),
        (
            (
                "options",
                (
                    Option(
                        "--from",
                        "FILE",
                        "a list of numbers, text or CSV: how many of them are listed. May be repeated",
                        is_repeatable=True,
                    ),
                    Option(
                        "--region",
                        "REGION",
                        "of which region numbers without a country code are, ISO 3166 (default: the"
                        " index's)",
                    ),
                    _CATEGORY,
                ),
            ),
        ),
        files=1,
        takes_numbers=True,
    ),
    "merge": Verb(
        Help(
            "merge OLD.dnd --from CHANGES [--from ...] --to NEW.dnd [options]",
            "Make a new version of an index from the old one and lists of changes: lines that begin with +\n"
            "or -, or CSV with a column that says add or delete. NEW may be OLD.\n",
            _ENDS.format("nothing was written"),
        ),
        (
            ("changes", (_CHANGES, _COLUMN, _CATEGORY_COLUMN, _CATEGORY_MEANS)),
            ("the index", (_TO, _DATE)),
        ),
        files=1,
    ),
}
"""By name."""

HELP: Final = f"""\
usage: {PROG} VERB ...

Do-not-disturb lists of any size, as indices: a file each that is built once, verified when it is opened,
and shared by all that look numbers up in it. Give it to --dnd as it is.

verbs:
  build  build an index from lists
  show   say what an index is and holds
  test   say whether numbers are listed
  merge  make a new version of an index from a list of changes

Each has its own --help.
"""
