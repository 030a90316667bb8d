"""`./simpul cluster`: the distributed form on one machine, without containers."""

import argparse
from pathlib import Path

from ops import addresses, folder
from ops.cluster import asking, ctl, install, starting
from ops.speech import choose

ACTIONS = ("start", "status", "stop", "restart", "scale", "ctl")


def configure(parser: argparse.ArgumentParser) -> None:
    _configure_action(parser)
    folder.add_option(parser, default=folder.default_folder() / folder.CLUSTER)
    addresses.add_host(parser)
    parser.add_argument(
        "--port",
        metavar="N",
        type=int,
        help=choose("port umum; 0 memilih yang bebas", "public port; 0 chooses a free one"),
    )
    _configure_start(parser)
    install.add_option(parser)
    _configure_certificate(parser)


def _configure_action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        default="start",
        choices=ACTIONS,
        help=choose(
            "menyalakan (bawaan), keadaan, mematikan, menyalakan ulang, menambah satu bagian, "
            "atau alat sebuah mesin",
            "start (default) or stop all, tell the status, restart or scale one part, "
            "or run an engine's tool",
        ),
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar=choose("bagian", "part"),
        help=choose(
            "sebuah bagian; untuk scale bagian=jumlah atau bagian-worker=jumlah; untuk ctl "
            "rabbitmqctl atau psql",
            "a part; for scale part=count or part-worker=count; for ctl rabbitmqctl or psql",
        ),
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar=choose("kata", "words"),
        help=choose(
            "untuk ctl: kata-kata bagi alat itu, pilihannya setelah --; untuk psql mulai dengan "
            "nama layanan",
            "for ctl: the tool's own words, its options behind --; for psql beginning with a "
            "service's name",
        ),
    )


def _configure_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-demo",
        action="store_true",
        help=choose("membiarkan folder baru kosong", "leave a new folder empty"),
    )
    parser.add_argument(
        "--daemon",
        action="store_true",
        help=choose("berjalan terus di latar belakang", "go on in the background"),
    )


def _configure_certificate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar=choose("BERKAS", "FILE"),
        help=choose("sertifikat TLS (PEM)", "TLS certificate (PEM)"),
    )
    parser.add_argument(
        "--certificate-key",
        type=Path,
        metavar=choose("BERKAS", "FILE"),
        help=choose("kunci sertifikat itu (PEM)", "the certificate's key (PEM)"),
    )


def run(options: argparse.Namespace) -> int:
    options.data = options.data.resolve()
    if options.action == "ctl":
        return ctl.run(options.data, options.target, options.words)
    if options.action == "start":
        return starting.in_background(options) if options.daemon else starting.start(options)
    return asking.run(options)
