"""Signed files, by pyHanko with a CA of our own: once, twice, seen, certified, changed after."""

import datetime as dt
import io
from functools import cache
from pathlib import Path
from typing import Any

from tests.documents.corpus.make import text
from tests.documents.corpus.make.libraries import canvas_pdf
from tests.documents.corpus.make.running import of_package, producer

pyhanko = producer("pyHanko", of_package("pyhanko"))


@cache
def _signer() -> Any:
    """A key and a certificate by a CA that exists for this run only."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    def certificate(name: str, key: Any, issuer: str, by: Any, *, is_ca: bool) -> bytes:
        def named(common: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])

        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer))
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now).not_valid_after(now + dt.timedelta(days=3_650))
        made = made.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        return made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    root = rsa.generate_private_key(65_537, 2_048)
    key = rsa.generate_private_key(65_537, 2_048)
    authority = asn1.Certificate.load(certificate("CA Contoh", root, "CA Contoh", root, is_ca=True))
    own = asn1.Certificate.load(certificate("Pejabat Contoh", key, "CA Contoh", root, is_ca=False))
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()
    store.register(authority)
    return SimpleSigner(
        signing_cert=own, signing_key=keys.PrivateKeyInfo.load(private), cert_registry=store
    )


def _signed(content: bytes, field: str, **metadata: Any) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigFieldSpec

    box = metadata.pop("box", None)
    spec = SigFieldSpec(field, box=box) if box else None
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field, **metadata), _signer(), new_field_spec=spec
    )
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content))).getvalue()


def _letter(folder: Path) -> bytes:
    return canvas_pdf({}, folder).read_bytes()


def _pades() -> dict[str, Any]:
    from pyhanko.sign.fields import SigSeedSubFilter

    return {
        "subfilter": SigSeedSubFilter.PADES,
        "reason": "Persetujuan",
        "location": "Kabupaten Contoh",
    }


@pyhanko.makes("signed-once")
def _once(folder: Path) -> Path:
    return text.write(folder, "b.pdf", _signed(_letter(folder), "ttd"))


@pyhanko.makes("signed-pades")
def _pades_b(folder: Path) -> Path:
    return text.write(folder, "b.pdf", _signed(_letter(folder), "ttd", **_pades()))


@pyhanko.makes("signed-seen")
def _seen(folder: Path) -> Path:
    return text.write(
        folder, "b.pdf", _signed(_letter(folder), "ttd", box=(300, 100, 500, 160), **_pades())
    )


@pyhanko.makes("signed-three-times")
def _thrice(folder: Path) -> Path:
    content = _letter(folder)
    for number in range(3):
        content = _signed(content, f"ttd{number}", **_pades())
    return text.write(folder, "b.pdf", content)


@pyhanko.makes("signed-certified")
def _certified(folder: Path) -> Path:
    from pyhanko.sign.fields import MDPPerm

    content = _signed(_letter(folder), "ttd", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)
    return text.write(folder, "b.pdf", content)


@pyhanko.makes("signed-no-changes")
def _locked(folder: Path) -> Path:
    from pyhanko.sign.fields import MDPPerm

    content = _signed(_letter(folder), "ttd", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    return text.write(folder, "b.pdf", content)


@pyhanko.makes("signed-and-noted")
def _noted(folder: Path) -> Path:
    import pymupdf

    path = text.write(folder, "b.pdf", _signed(_letter(folder), "ttd", **_pades()))
    with pymupdf.open(path) as pdf:
        pdf[0].add_text_annot((90, 90), "diterima")
        pdf.saveIncr()
    return path


@pyhanko.makes("signed-form-field-empty")
def _empty_field(folder: Path) -> Path:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(_letter(folder)))
    append_signature_field(writer, SigFieldSpec("ttd", box=(300, 100, 500, 160)))
    writer.write(out)
    return text.write(folder, "b.pdf", out.getvalue())
