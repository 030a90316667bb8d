"""What was changed in a file, in the words its owner reads before they agree."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chassis.kernel.words import Size, number


def words(changes: Mapping[str, Any], language: str) -> list[str]:
    """Say in sentences what a mend did; `changes` has its figures."""
    return list(_said(changes, 1 if language == "en" else 0, language))


def _said(changes: Mapping[str, Any], place: int, language: str) -> Iterator[str]:
    figures = {
        name: number(value, language) for name, value in changes.items() if type(value) is int
    }
    for holds, texts in _SENTENCES:
        if holds(changes):
            yield texts[place].format(
                **figures
                | {
                    "before": Size(changes["size_before"]).said(language),
                    "after": Size(changes["size_after"]).said(language),
                }
            )


_Figures = Mapping[str, Any]
_SENTENCES: tuple[tuple[Callable[[_Figures], Any], tuple[str, str]], ...] = (
    (
        lambda said: said["bytes_ahead"],
        (
            "{bytes_ahead} byte sebelum awal PDF dibuang.",
            "{bytes_ahead} bytes before the PDF's beginning are dropped.",
        ),
    ),
    (
        lambda said: said["bytes_behind"],
        (
            "{bytes_behind} byte setelah akhir PDF dibuang.",
            "{bytes_behind} bytes behind the PDF's end are dropped.",
        ),
    ),
    (
        lambda said: said["password_removed"],
        (
            "Kunci dengan kata sandi kosong dilepas.",
            "The lock with an empty password is taken off.",
        ),
    ),
    (
        lambda said: said["dpi_after"] < said["dpi_before"],
        (
            "Resolusi gambar diturunkan dari {dpi_before} ke {dpi_after} dpi.",
            "The resolution of pictures is reduced from {dpi_before} to {dpi_after} dpi.",
        ),
    ),
    (
        lambda said: said["pictures"] and said["dpi_after"] >= said["dpi_before"],
        (
            "Gambar disimpan lebih padat; resolusinya tetap {dpi_after} dpi.",
            "Pictures are packed more tightly; their resolution stays {dpi_after} dpi.",
        ),
    ),
    (
        lambda said: said["size_after"] < said["size_before"],
        (
            "Ukuran berkas berkurang dari {before} menjadi {after}.",
            "The file shrinks from {before} to {after}.",
        ),
    ),
    (
        lambda said: said["pages"],
        (
            "Jumlah halaman tetap {pages}; teks dan garis tidak diubah.",
            "It still has {pages} pages; words and lines are unchanged.",
        ),
    ),
)
