import io
import warnings
from collections.abc import Callable
from functools import cache

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageStat

from services.documents.adapters.checker.inspection import inspect
from services.documents.adapters.checker.mending import Changes, NotMendable, mend, offers
from services.documents.adapters.checker.placing import placed_pictures
from services.documents.adapters.checker.rendering import page_image
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import MEBIBYTE, InspectionLimits
from services.documents.domain.mends import MENDS
from tests.builders.bad_pdfs import cut, encrypted
from tests.builders.pdfs import PdfWriter, a_letter, a_pdf, a_pdf_of_size, a_scan, a_signed_pdf
from tests.builders.scans import a_scan_of

JUNK = b"POST /unggah HTTP/1.1\r\nX-Berkas: surat.pdf\r\n\r\n" * 50
LARGEST = 10 * MEBIBYTE


def mended(how: str, content: bytes, max_bytes: int = LARGEST) -> tuple[bytes, Changes]:
    """Mend, and see that the gate takes what was made."""
    made, changes = mend(how, content, max_bytes=max_bytes)
    assert inspect(io.BytesIO(made), InspectionLimits()).code == ""
    assert (changes.how, changes.size_before, changes.size_after) == (how, len(content), len(made))
    return made, changes


def pages_of(content: bytes, width: int = 300) -> list[Image.Image]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        count = len(pdf.pages)
    return [page_image(content, number, width=width) for number in range(1, count + 1)]


def assert_looks_the_same(made: bytes, original: bytes, tolerance: float = 0.0) -> None:
    """Compare all pages as they are seen; `tolerance` is in levels of grey, on average."""
    ours, theirs = pages_of(made), pages_of(original)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        difference = ImageStat.Stat(ImageChops.difference(one, other))
        assert max(difference.mean) <= tolerance


def refusal_of(how: str, content: bytes, max_bytes: int = LARGEST) -> str:
    with pytest.raises(NotMendable) as refused:
        mend(how, content, max_bytes=max_bytes)
    return refused.value.code


@cache
def locked(revision: int, content: Callable[[], bytes] = a_letter, user: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content())) as pdf:
        lock = pikepdf.Encryption(
            owner="pemilik", user=user, R=revision, aes=revision > 3, metadata=revision > 3
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # revision 5 is one that nobody should write
            pdf.save(out, encryption=lock)
    return out.getvalue()


# --- bytes ahead and behind ---------------------------------------------------------------


@pytest.mark.parametrize("whole", [a_pdf(), a_letter(), a_scan(3)], ids=["plain", "letter", "scan"])
def test_what_stood_before_a_file_is_cut_off_and_nothing_else(whole: bytes):
    made, changes = mended("bytes_ahead", JUNK + whole)

    assert made == whole
    assert (changes.bytes_ahead, changes.bytes_behind) == (len(JUNK), 0)


def test_what_stood_behind_a_file_is_cut_off_too():
    whole = a_letter()

    made, changes = mended("bytes_ahead", JUNK + whole + JUNK)

    assert made == whole
    assert changes.bytes_behind == len(JUNK)


def test_a_table_that_counted_what_stood_before_is_made_again():
    counted_too = a_pdf("Surat tugas", pages=3, header=JUNK + b"%PDF-1.7\n")

    made, changes = mended("bytes_ahead", counted_too)

    with pikepdf.open(io.BytesIO(made), attempt_recovery=False) as pdf:
        assert len(pdf.pages) == changes.pages == 3
        assert not pdf.get_warnings()
    assert_looks_the_same(made, a_pdf("Surat tugas", pages=3))


@pytest.mark.parametrize(
    "content",
    [b"", JUNK, JUNK + b"%PDF-1.7\n", b"%%EOF\n%PDF-1.7\n", JUNK + cut(a_letter()) + b"%%EOF"],
    ids=["empty", "no file", "a header only", "the end first", "cut"],
)
def test_a_file_that_is_not_there_cannot_be_freed_of_what_stands_around_it(content: bytes):
    assert refusal_of("bytes_ahead", content) == "document_not_mendable"
    assert offers("document_not_pdf", content, max_bytes=LARGEST) == ()


def test_a_change_that_was_cut_off_on_its_way_is_not_thrown_away():
    begun = b"7 0 obj\n<< /Type /Page /Contents 9 0 R"

    assert refusal_of("bytes_ahead", a_pdf() + begun) == "document_not_mendable"


def test_of_two_files_in_one_none_is_thrown_away():
    assert refusal_of("bytes_ahead", JUNK + a_pdf() + a_letter()) == "document_not_mendable"


# --- empty password -----------------------------------------------------------------------


@pytest.mark.parametrize("revision", [2, 3, 4, 5, 6])
def test_a_file_that_opens_without_a_password_is_saved_without_one(revision: int):
    made, changes = mended("empty_password", locked(revision))

    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert not pdf.is_encrypted
        assert str(pdf.Root.Lang) == "id-ID"
        assert pdf.Root.Outlines.First.Title == "Bab 1"
    assert (changes.password_removed, changes.pages) == (True, 2)
    assert_looks_the_same(made, a_letter())


def test_a_file_that_needs_a_password_keeps_it():
    assert refusal_of("empty_password", encrypted()) == "document_not_mendable"
    assert offers("document_encrypted", encrypted(), max_bytes=LARGEST) == ()


def test_a_file_without_a_password_is_not_saved_again():
    assert refusal_of("empty_password", a_letter()) == "document_not_mendable"


# --- size -----------------------------------------------------------------------------------

SCANS = {
    "grey, 600 dpi": lambda: a_scan_of("L", dpi=600, pages=2),
    "colour, 300 dpi": lambda: a_scan_of("RGB", dpi=300, pages=3),
    "colour, packed": lambda: a_scan_of("RGB", dpi=200, pages=1, codec="flate"),
    "grey, not packed": lambda: a_scan_of("L", dpi=200, pages=1, codec=""),
}


@pytest.mark.parametrize("kind", SCANS)
def test_a_scan_is_made_small_enough_and_looks_the_same(kind: str):
    scan = SCANS[kind]()

    made, changes = mended("size", scan, MEBIBYTE)

    assert len(made) <= MEBIBYTE < len(scan)
    assert changes.dpi_after <= changes.dpi_before
    assert_looks_the_same(made, scan, tolerance=3)


def test_no_picture_becomes_coarser_than_what_is_still_read():
    scan = a_scan_of("L", dpi=600, pages=6)

    made, changes = mended("size", scan, MEBIBYTE)

    assert (changes.dpi_before, changes.dpi_after, changes.pictures) == (600, 150, 6)
    assert min(dpis(made)) == pytest.approx(150, abs=1)


def test_resolution_is_given_up_only_as_far_as_needed():
    scan = a_scan_of("L", dpi=600, pages=2)

    steps = [mended("size", scan, limit)[1].dpi_after for limit in (3 << 20, 1 << 20, 1 << 19)]

    assert steps[0] >= steps[1] > steps[2]
    assert steps[-1] >= 150


def test_a_grey_scan_stays_grey_and_a_coloured_one_coloured():
    for mode, space in (("L", "/DeviceGray"), ("RGB", "/DeviceRGB")):
        made, _ = mended("size", a_scan_of(mode, dpi=300, pages=1), MEBIBYTE)

        with pikepdf.open(io.BytesIO(made)) as pdf:
            picture = pdf.pages[0].Resources.XObject.Im0
            assert str(picture.ColorSpace) == space
            assert Image.open(io.BytesIO(picture.read_raw_bytes())).mode == mode


def test_pictures_of_black_and_white_only_stay_to_the_bit():
    mixed = joined(a_scan_of("1", dpi=300, pages=1, codec="flate"), a_scan_of("RGB", dpi=300))

    made, changes = mended("size", mixed, MEBIBYTE)

    with pikepdf.open(io.BytesIO(mixed)) as before, pikepdf.open(io.BytesIO(made)) as after:
        kept = [pdf.pages[0].Resources.XObject.Im0.read_bytes() for pdf in (before, after)]
    assert kept[0] == kept[1]
    assert changes.changed_pages == (2, 3)


def test_words_drawings_and_fonts_stay_as_they_are():
    mixed = joined(a_letter(3), a_scan_of("RGB", dpi=300))

    made, _ = mended("size", mixed, MEBIBYTE)

    with pikepdf.open(io.BytesIO(mixed)) as before, pikepdf.open(io.BytesIO(made)) as after:
        for one, other in zip(before.pages, after.pages, strict=True):
            assert one.Contents.read_bytes() == other.Contents.read_bytes()
            assert one.Resources.keys() == other.Resources.keys()
    assert_looks_the_same(made, mixed, tolerance=3)


def test_what_is_in_the_file_many_times_is_kept_once_and_no_picture_changes():
    one = a_scan_of("L", dpi=150, pages=1, quality=60)
    repeated = joined(*[one] * 6)

    made, changes = mended("size", repeated, len(one) * 2)

    assert (changes.pictures, changes.dpi_after, changes.pages) == (0, 0, 6)
    assert_looks_the_same(made, repeated)


def test_what_nothing_refers_to_is_left_out():
    with_a_rest = a_pdf(objects=(PdfWriter.stream_body(b"x" * MEBIBYTE),))

    made, changes = mended("size", with_a_rest, 100_000)

    assert changes.pictures == 0
    assert_looks_the_same(made, with_a_rest)


@pytest.mark.parametrize(
    "content",
    [
        lambda: a_pdf_of_size(2 * MEBIBYTE, "x"),
        lambda: a_scan_of("1", dpi=600, pages=8, codec="flate"),
        lambda: a_scan_of("L", dpi=72, pages=9, codec=""),
        lambda: a_scan_of("RGB", dpi=150, pages=1, codec="flate", entries="/Decode [1 0 1 0 1 0]"),
    ],
    ids=["padding", "black and white", "coarse", "inverted"],
)
def test_whatever_has_nothing_to_give_is_said_so_or_looks_the_same(content: Callable[[], bytes]):
    try:
        made, _ = mend("size", content(), max_bytes=500_000)
    except NotMendable as refused:
        assert refused.code == "document_not_smaller"
    else:
        assert_looks_the_same(made, content(), tolerance=3)


@pytest.mark.parametrize(
    "entries",
    ["/Mask [0 9]", "/ImageMask true", "/DecodeParms << /ColorTransform 0 >>"],
    ids=["a colour that is seen through", "a mask", "colours of its own"],
)
def test_a_picture_that_would_not_look_the_same_is_left_alone(entries: str):
    scan = a_scan_of("L", dpi=300, pages=1, entries=entries)

    assert refusal_of("size", scan, len(scan) // 2) == "document_not_smaller"


def test_a_picture_that_is_not_what_it_says_is_left_alone():
    scan = a_scan_of("L", dpi=300, pages=1)
    lying = scan.replace(b"/Width 2481", b"/Width 2400")

    assert refusal_of("size", lying, len(scan) // 2) == "document_not_smaller"


def test_the_largest_use_of_a_picture_counts():
    scan = a_scan_of("L", dpi=300, pages=1)
    also_as_a_stamp = scan.replace(
        b"q 595.44 0 0 841.68 0 0 cm /Im0 Do Q", b"q 59.544 0 0 84.16 0 0 cm /Im0 Do Q"
    )

    assert dpis(scan) == [pytest.approx(300, abs=1)]
    assert dpis(also_as_a_stamp) == [pytest.approx(3000, rel=0.01)]


@pytest.mark.parametrize(
    "kind",
    [{"/Subtype": pikepdf.Name.Form}, {"/PatternType": 1}],
    ids=["of an annotation", "of a pattern"],
)
def test_a_picture_that_also_stands_large_in_a_drawing_of_its_own_is_left_alone(kind):
    scan = a_scan_of("L", dpi=300, pages=1)
    small = scan.replace(b"595.44 0 0 841.68", b"59.544 0 0 84.16")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small)) as pdf:
        page = pdf.pages[0]
        large = pdf.make_stream(
            b"q 595 0 0 841 0 0 cm /Im0 Do Q", {**kind, "/Resources": page.Resources}
        )
        stamp = pikepdf.Dictionary(Subtype=pikepdf.Name.Stamp, AP=pikepdf.Dictionary(N=large))
        page.Annots = pikepdf.Array([pdf.make_indirect(stamp)])
        pdf.save(out)

    assert dpis(out.getvalue()) == []
    assert refusal_of("size", out.getvalue(), len(scan) // 2) == "document_not_smaller"


# --- signed files ---------------------------------------------------------------------------


def certified() -> bytes:
    return a_pdf(catalog="/Perms << /DocMDP 10 0 R >>", objects=("<< /Type /Sig >>",))


def with_a_signed_field() -> bytes:
    field = "<< /F#54 /S#69g /T (ttd) /V << /Name (Pejabat) >> >>"
    return a_pdf(catalog="/AcroForm << /Fields [10 0 R] >>", objects=(field,))


def signed_before_the_last_change() -> bytes:
    return a_pdf() + b"% /ByteRange [0 1 2 3]\n"


SIGNED = {
    "a signature": a_signed_pdf,
    "a certificate": certified,
    "a signed field": with_a_signed_field,
    "an earlier signature": signed_before_the_last_change,
}


@pytest.mark.parametrize("how", MENDS)
@pytest.mark.parametrize("kind", SIGNED)
def test_a_signed_file_is_never_touched(kind: str, how: str):
    content = {"bytes_ahead": JUNK + SIGNED[kind](), "size": SIGNED[kind]()}
    content["empty_password"] = locked(4, SIGNED[kind])
    if kind == "an earlier signature" and how == "empty_password":
        content[how] += b"% /ByteRange"

    assert refusal_of(how, content[how], 10) == "document_signed"
    for code in ("document_not_pdf", "document_encrypted", "document_too_large"):
        assert offers(code, content[how], max_bytes=10) == ()


def test_a_field_that_nobody_signed_yet_stands_in_no_way():
    field = "<< /FT /Sig /T (ttd) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>"
    waiting = a_pdf(catalog="/AcroForm << /Fields [10 0 R] >>", objects=(field,))

    assert mended("bytes_ahead", JUNK + waiting)[0] == waiting


# --- offers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "content", "offered"),
    [
        ("document_not_pdf", lambda: JUNK + a_letter(), ("bytes_ahead",)),
        ("document_encrypted", lambda: locked(6), ("empty_password",)),
        ("document_too_large", lambda: a_scan_of("RGB", dpi=300), ("size",)),
        ("document_too_large", a_letter, ()),
        ("document_damaged", lambda: a_letter() + JUNK, ("bytes_ahead",)),
        ("document_damaged", lambda: cut(a_scan(9)), ()),
        ("document_has_active_content", a_letter, ()),
    ],
)
def test_what_helps_against_a_refusal_is_offered(
    code: str, content: Callable[[], bytes], offered: tuple[str]
):
    most = 100 if content is a_letter else MEBIBYTE

    assert offers(code, content(), max_bytes=most) == offered


# --- pages as pictures ------------------------------------------------------------------------


def test_a_page_is_drawn_as_wide_as_asked():
    assert page_image(a_letter(2), 2, width=400).size == (400, 566)


def test_a_strip_of_paper_is_not_drawn_without_end():
    strip = a_pdf().replace(b"[0 0 595 842]", b"[0 0 9 14400]")

    assert page_image(strip, 1, width=400).size[1] <= 1201


@pytest.mark.parametrize(("content", "page"), [(a_pdf(), 2), (a_pdf(), 0), (b"x", 1)])
def test_a_page_that_is_not_there_is_not_drawn(content: bytes, page: int):
    with pytest.raises(Unsuitable):
        page_image(content, page, width=100)


def dpis(content: bytes) -> list[float]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [placed.dpi for placed in placed_pictures(pdf).values()]


def joined(*contents: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for content in contents:
            with pikepdf.open(io.BytesIO(content)) as part:
                whole.pages.extend(part.pages)
        whole.save(out)
    return out.getvalue()
