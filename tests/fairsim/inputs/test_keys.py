"""Keys of names in any language: each name has one of its own, and is found again by it or as it is written."""

from __future__ import annotations

import pytest

from fairsim.inputs.keys import LONGEST, Known, key_of, keys_of


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Digital trade & law", "digital_trade_law"),
        ("Café São João", "cafe_sao_joao"),
        ("Große Halle", "grosse_halle"),
        ("Вино 2026", ""),
        ("展商", ""),
        ("!", ""),
        ("x" * 50, "x" * LONGEST),
    ],
)
def test_key_has_the_letters_of_its_name_or_none_where_ascii_has_them_not(name: str, key: str) -> None:
    assert key_of(name) == key


def test_every_name_has_a_key_of_its_own_and_stays_as_it_is_written() -> None:
    names = ["Вино 2026", "Cor ã", "Cor õ", "C++", "C#", "key note", "Key-Note", "Хлеб 2026", "", "x" * 45, "x" * 46]
    assert keys_of(names, "track") == {
        "track_1": "Вино 2026", "cor_a": "Cor ã", "cor_o": "Cor õ", "c": "C++", "c_2": "C#", "key_note": "key note",
        "track_7": "Хлеб 2026", "x" * 40: "x" * 45, f"{'x' * 36}_2": "x" * 46,
    }  # fmt: skip


def test_what_is_written_is_found_by_key_by_name_and_by_its_letters() -> None:
    known = Known({"track_1": {"en": "Вино 2026"}, "c": {"en": "C++"}, "c_2": {"en": "C#", "de": "C scharf"}})
    assert Known({"cor_1": {"en": "Cor \u00e3"}}).find("cor a\u0303") == "cor_1"  # as macOS composes it
    written = ("вино  2026", "track_1", "Track 1", "C++", "c#", "C-Scharf", "C", "Хлеб 2026", "")
    assert [known.find(name) for name in written] == ["track_1", "track_1", "track_1", "c", "c_2", "c_2", "c", "", ""]
