"""The libraries by which web applications of offices write: PHP, Perl and Ruby."""

from functools import partial
from pathlib import Path

from tests.documents.corpus.make import text
from tests.documents.corpus.make.running import Producer, producer, run, said_by

_TCPDF = "require '/usr/share/php/tcpdf/tcpdf.php';"
_DOMPDF = "require '/usr/share/php/dompdf/autoload.php'; use Dompdf\\Dompdf;"
_LETTER = " ".join(text.LINES)

tcpdf = producer(
    "TCPDF (PHP)", said_by("php", "-r", f"{_TCPDF} echo TCPDF_STATIC::getTCPDFVersion();")
)
dompdf = producer("dompdf (PHP)", said_by("cat", "/usr/share/php/dompdf/VERSION"))
perl = producer(
    "PDF::API2 (Perl)", said_by("perl", "-MPDF::API2", "-e", "print $PDF::API2::VERSION")
)
prawn = producer("Prawn (Ruby)", said_by("ruby", "-rprawn", "-e", "print Prawn::VERSION"))

_TCPDF_FILES = {
    "plain": f"$p->Bookmark('Bab 1'); $p->writeHTML('<p>{_LETTER}</p><a href=\"{text.LINK}\">x</a>');"
    f" $p->write2DBarcode('{text.LINK}', 'QRCODE,H', 20, 100, 40, 40);",
    "restricted": f"$p->SetProtection(['print', 'copy'], '', 'pemilik', 3); $p->Write(0, '{_LETTER}');",
    "form": "$p->TextField('nama', 50, 5); $p->CheckBox('setuju', 5, true);"
    " $p->ComboBox('golongan', 30, 5, [['a', 'III/a'], ['b', 'III/b']]);",
    "layers": f"$p->startLayer('Cap', true, true, false); $p->Write(0, '{_LETTER}'); $p->endLayer();"
    " $p->SetAlpha(0.5); $p->LinearGradient(20, 80, 80, 80, [255, 0, 0], [0, 0, 255]);",
}
_DOMPDF_FILES = {
    "plain": "",
    "restricted": "$d->getCanvas()->get_cpdf()->setEncryption('', 'pemilik', ['print']);",
}
_PERL = (
    "use PDF::API2; my $p = PDF::API2->new(); my $g = $p->page(); my $t = $g->text();"
    f" $t->font($p->corefont('Helvetica'), 12); $t->translate(50, 700); $t->text('{_LETTER}');"
    " my $o = $p->outlines()->outline(); $o->title('Bab'); $o->dest($g);"
    f" $g->annotation()->url('{text.LINK}', -rect => [0, 0, 50, 50]); $p->saveas('a.pdf');"
)
_PRAWN_FILES = {
    "plain": f"text '{_LETTER}'; outline.define {{ section('Bab', destination: 1) }};"
    f" text '<link href=\"{text.LINK}\">x</link>', inline_format: true;"
    " transparent(0.5) { fill_circle [100, 100], 50 }; number_pages '<page>', at: [0, 0]",
    "restricted": "text 'Surat'; encrypt_document(owner_password: 'pemilik')",
}


def _written(command: tuple[str, ...], program: str, folder: Path) -> Path:
    run(*command, program, folder=folder)
    return folder / "a.pdf"


def _register(made: Producer, name: str, command: tuple[str, ...], program: str) -> None:
    made.makes(name)(partial(_written, command, program))


for _name, _calls in _TCPDF_FILES.items():
    _register(tcpdf, f"tcpdf-{_name}", ("php", "-r"), (
        f"{_TCPDF} $p = new TCPDF(); $p->AddPage(); $p->SetFont('helvetica', '', 12); {_calls}"
        " $p->Output(getcwd() . '/a.pdf', 'F');"
    ))  # fmt: skip
for _name, _calls in _DOMPDF_FILES.items():
    _register(dompdf, f"dompdf-{_name}", ("php", "-r"), (
        f"{_DOMPDF} $d = new Dompdf(); $d->loadHtml({text.as_html()!r}); $d->setPaper('A4');"
        f" $d->render(); {_calls} file_put_contents('a.pdf', $d->output());"
    ))  # fmt: skip
_register(perl, "pdf-api2", ("perl", "-e"), _PERL)
for _name, _calls in _PRAWN_FILES.items():
    _register(prawn, f"prawn-{_name}", ("ruby", "-rprawn", "-e"),
              f"Prawn::Document.generate('a.pdf') {{ {_calls} }}")  # fmt: skip
