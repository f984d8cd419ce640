"""The options of do-not-disturb lists."""

import math

from pipeline.category_words import category_of, meaning_of
from pipeline.command_line import Given
from pipeline.option_reader import OptionReader
from suppression.categories import Categories
from transforms.lists import REFRESH_SECS, ListSettings

_NEED_A_LIST = (
    "--dnd_max_age_hours",
    "--dnd_category",
    "--dnd_category_means",
    "--dnd_refresh_secs",
)
_SHORTEST_SECS, _LONGEST_SECS = 0.1, 86_400.0


def read_list_settings(
    given: Given, reader: OptionReader, region: str, faults: list[str]
) -> ListSettings:
    """Read them.

    Args:
        given: the command line.
        reader: reads single options.
        region: the region of numbers without a country code.
        faults: is added to.
    """
    names = tuple(given.values.get("--dnd", ()))
    if any(not name.strip() for name in names):
        faults.append("--dnd is empty")
    if "--dnd" not in given.values:
        faults.extend(
            f"{name} needs a list: name it with --dnd"
            for name in _NEED_A_LIST
            if name in given.values
        )
    max_age_hours = None
    if "--dnd_max_age_hours" in given.values:
        max_age_hours = reader.number("--dnd_max_age_hours", 0.0, least=0.0, most=math.inf)
    return ListSettings(
        names,
        region,
        allow_empty="--dnd_allow_empty" in given.values,
        category=category_of(reader.text("--dnd_category"), faults),
        means=_means(given, reader, faults),
        max_age_hours=max_age_hours,
        refresh_secs=reader.number(
            "--dnd_refresh_secs", REFRESH_SECS, least=_SHORTEST_SECS, most=_LONGEST_SECS
        ),
    )


def _means(given: Given, reader: OptionReader, faults: list[str]) -> Categories:
    """What a list's column of categories says; without a category of our own it is not read."""
    meaning = meaning_of(reader.text("--dnd_category_means"), faults)
    if "--dnd_category" in given.values:
        return meaning
    if "--dnd_category_means" in given.values:
        faults.append("--dnd_category_means needs --dnd_category: which category the campaign is")
    return Categories.IGNORED
