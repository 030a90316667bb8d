"""The rewriting of files that other tests rely on: nothing is lost, and it does what it says."""

import io
import re
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from tests.builders import bad_pdfs, rewriting
from tests.builders.pdfs import a_letter, a_pdf, a_scan, a_signed_pdf

FILES = {
    "plain": a_pdf(pages=3),
    "scan": a_scan(2),
    "letter": a_letter(2),
    "signed": a_signed_pdf(),
    "texts apart": a_pdf(catalog="/Lang 10 0 R /\xcb\xce (a)", objects=("(id-ID)",)),
    "active": bad_pdfs.ACTIVE["javascript behind a harmless action"](),
}
ASIDE = {"/Parent", "/Prev", "/Length", "/Extensions"}


def shown(content: bytes) -> Any:
    """Return what a reader finds from the root down, whatever is an object of its own."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return _tree(pdf.trailer.Root, ())


def _tree(value: Any, above: tuple[Any, ...]) -> Any:
    if isinstance(value, Array):
        return [_tree(item, above) for item in value.as_list()]
    if not isinstance(value, Dictionary | Stream):
        return bytes(value) if isinstance(value, pikepdf.String) else str(value)
    if value.is_indirect and value.objgen in above:
        return "above"
    above = (*above, value.objgen) if value.is_indirect else above
    tree = {key: _tree(item, above) for key, item in value.items() if key not in ASIDE}
    return (value.read_raw_bytes(), tree) if isinstance(value, Stream) else tree


@pytest.mark.parametrize("way", rewriting.WAYS)
@pytest.mark.parametrize("kind", FILES)
def test_a_rewritten_file_shows_the_same(kind: str, way: str):
    assert shown(rewriting.WAYS[way](FILES[kind])) == shown(FILES[kind])


@pytest.mark.parametrize("way", rewriting.WAYS)
def test_what_nothing_points_to_is_kept(way: str):
    content = rewriting.WAYS[way](a_pdf(objects=("<< /S /Launch /Mark (tanda) >>",)))

    with pikepdf.open(io.BytesIO(content)) as pdf:
        kept = [one for one in pdf.objects if isinstance(one, Dictionary)]
    assert any(str(one.get("/Mark")) == "tanda" for one in kept)


def test_names_apart_are_all_objects_of_their_own():
    assert re.search(rb"/S /GoTo\b", FILES["active"])
    assert not re.search(rb"/S\s*/", rewriting.names_apart(FILES["active"]))


def test_in_hex_no_word_can_be_read():
    assert not re.search(rb"/(S|GoTo|JavaScript|Catalog|Page)\b", rewriting.in_hex(FILES["active"]))


def test_in_object_streams_only_streams_can_be_found():
    content = rewriting.in_object_streams(FILES["active"])

    assert b"JavaScript" not in content
    assert b"/Catalog" not in content


def test_in_an_update_the_old_file_comes_first():
    content = rewriting.in_an_update(FILES["active"])

    assert content.startswith(a_pdf("Isi lama"))
    assert b"Isi lama" in content
    assert "Isi lama" not in str(shown(content))


@pytest.mark.parametrize("revision", rewriting.REVISIONS)
def test_encrypted_files_open_with_the_empty_password_only_if_that_is_theirs(revision: int):
    with pikepdf.open(io.BytesIO(rewriting.encrypted(a_pdf(), revision))) as pdf:
        assert revision == pdf.encryption.R
        assert pdf.trailer.Root.Type == Name.Catalog
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(rewriting.encrypted(a_pdf(), revision, user="rahasia")))
