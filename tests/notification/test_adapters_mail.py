"""Mail: the letter itself, the .eml folder, and real SMTP conversations with aiosmtpd."""

import email
import email.policy
import socket
import threading
import time
from contextlib import suppress
from email.header import decode_header, make_header
from email.utils import parseaddr
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.process.config import Settings
from services.notification.adapters.channels import Message
from services.notification.channels.email import smtp
from services.notification.channels.email.files import MailFiles, open_mail_files
from services.notification.channels.email.letters import HeaderUnsafe, letter
from services.notification.channels.email.smtp import Limits, SMTPMail
from services.notification.domain.addresses import UnusableAddress
from services.notification.domain.attempts import Ending
from tests.builders.beside import BESIDE

FROM = "layanan@bkpsdm.example"
NOTICE = UUID("0190a000-0000-7000-8000-0000000000aa")
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Language",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
}


def a_message(**changes):
    values = {
        "id": NOTICE,
        "to": "contoh.satu@disdik.example",
        "subject": "Usulan demo/1 terkirim",
        "body": "Yth. Contoh Satu,\n\n.titik di awal\nTerima kasih — <b>BKPSDM</b>",
        "language": "id",
        "sender": "BKPSDM Kota Contoh Raya",
        "app_url": "http://simpul.test",
    }
    return Message(**(values | changes))


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


class TestALetter:
    def test_has_the_notice_as_its_id_and_says_that_nobody_reads_replies(self):
        mail = parsed(letter(a_message(), mail_from=FROM).as_bytes())

        assert mail["Message-ID"] == f"<{NOTICE}@bkpsdm.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["From"] == f"BKPSDM Kota Contoh Raya <{FROM}>"
        assert mail["Reply-To"] is None
        assert mail["Date"].datetime.tzinfo is not None
        assert mail["Content-Language"] == "id"

    def test_is_the_same_in_plain_text_and_in_html_and_html_is_escaped(self):
        mail = parsed(letter(a_message(), mail_from=FROM).as_bytes())

        plain = mail.get_body(("plain",)).get_content()
        page = mail.get_body(("html",)).get_content()
        assert "<b>BKPSDM</b>" in plain
        assert "&lt;b&gt;BKPSDM&lt;/b&gt;" in page

    def test_is_signed_once_in_html_too(self):
        mail = parsed(letter(a_message(body="Terima kasih,\nBKPSDM"), mail_from=FROM).as_bytes())

        page = mail.get_body(("html",)).get_content()
        assert page.split("</head>")[1].count("BKPSDM") == 1

    @pytest.mark.parametrize(
        ("written", "linked"),
        [
            ("http://simpul.test.", '<a href="http://simpul.test">http://simpul.test</a>.'),
            ("http://simpul.test/a?b=1&c", '<a href="http://simpul.test/a?b=1&amp;c">'),
            ("http://simpul.test.evil.example/", "Buka http://simpul.test.evil.example/ ya"),
            ("http://lain.example/", "Buka http://lain.example/ ya"),
        ],
    )
    def test_makes_a_link_of_our_own_address_only(self, written, linked):
        message = a_message(body=f"Buka {written} ya")

        page = parsed(letter(message, mail_from=FROM).as_bytes()).get_body(("html",)).get_content()

        assert linked in page
        assert ': <a href="http://simpul.test">http://simpul.test</a></small>' in page

    def test_travels_in_seven_bits(self):
        content = letter(a_message(subject="Usulan é — 完"), mail_from=FROM).as_bytes()

        assert content.isascii()
        assert parsed(content)["Subject"] == "Usulan é — 完"

    @pytest.mark.parametrize(
        "said",
        ["Dinas", 'Dinas, "Kota" (Raya)', "Dinas é", f"Badan ké-{'pegawaian ' * 9}完", "x" * 190],
    )
    def test_says_whatever_is_said_in_its_headers_in_lines_that_are_not_too_long(self, said):
        content = letter(a_message(subject=said, sender=said), mail_from=FROM).as_bytes()

        mail = email.message_from_bytes(content)
        name, address = parseaddr(mail["From"])
        shown = [str(make_header(decode_header(text))) for text in (mail["Subject"], name)]
        assert [text.strip() for text in shown] == [said, said]
        assert address == FROM
        assert all(len(line) <= 78 or "x" * 190 in line for line in content.decode().splitlines())

    @pytest.mark.parametrize("field", ["subject", "sender"])
    @pytest.mark.parametrize(
        "poison", ["x\r\nBcc: y@z.test", "x\nBcc: y@z.test", "x\x00y", "x\x0by"]
    )
    def test_with_a_line_break_in_a_header_is_refused(self, field, poison):
        with pytest.raises(HeaderUnsafe):
            letter(a_message(**{field: poison}), mail_from=FROM)

    def test_to_several_people_at_once_is_refused(self):
        with pytest.raises(UnusableAddress):
            letter(a_message(to="a@b.test, c@d.test"), mail_from=FROM)

    @settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200, deadline=None)
    @given(
        field=st.sampled_from(["subject", "sender", "body", "to"]),
        text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120),
        middle=st.sampled_from(["", "\r\nBcc: x@y.test\r\n\r\n", "\n.\n", "\u2028X-Evil: 1"]),
    )
    def test_never_has_another_header_whatever_a_field_holds(self, field, text, middle):
        try:
            content = letter(a_message(**{field: text + middle}), mail_from=FROM).as_bytes()
        except (HeaderUnsafe, UnusableAddress):
            return

        assert set(parsed(content).keys()) <= HEADERS


class TestMailFiles:
    def test_a_mail_becomes_a_file_named_after_the_notice(self, tmp_path):
        outcome = MailFiles(tmp_path / "mail", mail_from=FROM).send(a_message())

        assert outcome.ending is Ending.ACCEPTED
        written = tmp_path / "mail" / f"{NOTICE}.eml"
        assert parsed(written.read_bytes())["To"] == "contoh.satu@disdik.example"

    def test_nobody_but_its_owner_reads_a_mail(self, tmp_path):
        MailFiles(tmp_path / "mail", mail_from=FROM).send(a_message())

        written = [tmp_path / "mail", tmp_path / "mail" / f"{NOTICE}.eml"]
        assert [path.stat().st_mode & 0o077 for path in written] == [0, 0]

    def test_a_second_copy_replaces_the_first(self, tmp_path):
        mailer = MailFiles(tmp_path, mail_from=FROM)

        mailer.send(a_message())
        mailer.send(a_message())

        assert [path.name for path in tmp_path.iterdir()] == [f"{NOTICE}.eml"]

    def test_a_folder_that_cannot_be_written_is_tried_again(self, tmp_path):
        (tmp_path / "mail").write_text("a file where the folder should be")

        outcome = MailFiles(tmp_path / "mail", mail_from=FROM).send(a_message())

        assert outcome.ending is Ending.TEMPORARY

    def test_an_unusable_address_is_not_tried_again(self, tmp_path):
        outcome = MailFiles(tmp_path, mail_from=FROM).send(a_message(to="nobody"))

        assert outcome.ending is Ending.PERMANENT
        assert list(tmp_path.iterdir()) == []

    def test_the_folder_comes_from_the_url(self, tmp_path):
        settings = Settings("notification", {"MAIL_FROM": FROM})

        open_mail_files(f"file:{tmp_path}/a%20b", settings).send(a_message())

        assert (tmp_path / "a b" / f"{NOTICE}.eml").is_file()


class Relay:
    """What an aiosmtpd server asks; each answer can be set by a test."""

    def __init__(self):
        self.received = []
        self.callers = []
        self.hangs_up = False
        self.rcpt = "250 OK"
        self.data = "250 OK queued as test-1"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.received.append(envelope)
        self.callers.append(session.peer)
        if self.hangs_up:
            server.transport.write(f"{self.data}\r\n".encode())
            server.transport.close()
        return self.data


@pytest.fixture
def relay():
    return Relay()


@pytest.fixture
def url(relay):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}?tls=none"
    controller.stop()


@pytest.fixture
def mailer(url):
    made = SMTPMail(url, mail_from=FROM)
    yield made
    made.let_go(0)


class TestSMTP:
    def test_hands_the_mail_over(self, relay, mailer):
        outcome = mailer.send(a_message())

        assert outcome.ending is Ending.ACCEPTED
        assert "test-1" in outcome.reference
        [envelope] = relay.received
        assert (envelope.mail_from, envelope.rcpt_tos) == (FROM, ["contoh.satu@disdik.example"])
        mail = parsed(envelope.content)
        assert mail["Message-ID"] == f"<{NOTICE}@bkpsdm.example>"
        assert "\n.titik di awal" in mail.get_body(("plain",)).get_content().replace("\r", "")

    @pytest.mark.parametrize(
        ("stage", "answer", "ending"),
        [
            ("rcpt", "550 no such user", Ending.PERMANENT),
            ("rcpt", "452 mailbox full", Ending.TEMPORARY),
            ("data", "554 refused as spam", Ending.PERMANENT),
            ("data", "451 try later", Ending.TEMPORARY),
        ],
    )
    def test_tells_for_ever_from_for_now(self, relay, url, stage, answer, ending):
        setattr(relay, stage, answer)

        assert SMTPMail(url, mail_from=FROM).send(a_message()).ending is ending

    def test_nobody_listening_is_for_now(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]

        outcome = SMTPMail(f"smtp://127.0.0.1:{port}?tls=none", mail_from=FROM).send(a_message())

        assert outcome.ending is Ending.TEMPORARY

    def test_no_mail_goes_in_the_clear_when_tls_was_asked(self, relay, url):
        outcome = SMTPMail(url.replace("none", "starttls"), mail_from=FROM).send(a_message())

        assert outcome.ending is Ending.TEMPORARY
        assert relay.received == []

    @pytest.mark.parametrize(
        "wrong", ["smtp://", "smtp://h?tls=maybe", "smtp://user:secret@h?tls=none"]
    )
    def test_a_url_that_would_fail_or_betray_a_password_is_refused_at_start(self, wrong):
        with pytest.raises(ValueError, match="smtp:"):
            SMTPMail(wrong, mail_from=FROM)


class TestAConnectionThatIsKept:
    def test_carries_the_next_mail_too(self, relay, mailer):
        endings = [mailer.send(a_message()).ending for _ in range(3)]

        assert endings == [Ending.ACCEPTED] * 3
        assert len(set(relay.callers)) == 1

    def test_is_not_used_after_a_pause(self, relay, mailer, monkeypatch):
        mailer.send(a_message())
        monkeypatch.setattr(smtp, "KEPT", 0.0)
        mailer.send(a_message())

        assert len(set(relay.callers)) == 2

    def test_is_let_go_of_while_nothing_is_due(self, relay, mailer):
        mailer.send(a_message())
        mailer.let_go(60)
        mailer.send(a_message())
        assert len(set(relay.callers)) == 1

        mailer.let_go(0)
        mailer.send(a_message())
        assert len(set(relay.callers)) == 2

    def test_that_the_relay_closed_meanwhile_delays_nothing(self, relay, mailer):
        relay.hangs_up = True
        endings = [mailer.send(a_message()).ending for _ in range(2)]

        assert endings == [Ending.ACCEPTED] * 2
        assert len(set(relay.callers)) == len(relay.received) == 2

    @pytest.mark.parametrize("answer", ["421 too many mails", "550 no such user"])
    def test_on_which_something_is_refused_is_given_up_and_a_new_one_asked(
        self, relay, mailer, answer
    ):
        mailer.send(a_message())
        relay.rcpt = answer
        refused = mailer.send(a_message())
        relay.rcpt = "250 OK"
        mailer.send(a_message())

        wanted = Ending.TEMPORARY if answer.startswith("4") else Ending.PERMANENT
        assert refused.ending is wanted
        assert len(relay.received) == len(set(relay.callers)) == 2


def scripted(script):
    """A server that follows `script(connection)` for one caller."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _address = server.accept()
        with connection, suppress(OSError):
            script(connection)

    threading.Thread(target=serve, daemon=True).start()
    return server, f"smtp://127.0.0.1:{server.getsockname()[1]}?tls=none"


QUICK = Limits(connect=1, command=1, dialogue=0.3, after_dot=0.3)


def test_a_relay_that_takes_the_mail_and_never_answers_leaves_doubt():
    stop = threading.Event()

    def script(connection):
        connection.sendall(b"220 hello\r\n")
        lines = connection.makefile("rb")
        for line in lines:
            data = line.startswith(b"DATA")
            connection.sendall(b"354 go\r\n" if data else b"250 OK\r\n")
            if data:
                break
        while lines.readline() not in {b".\r\n", b""}:
            pass
        stop.wait(5)

    server, url = scripted(script)
    with server:
        outcome = SMTPMail(url, mail_from=FROM, limits=QUICK).send(a_message())
    stop.set()

    assert outcome.ending is Ending.UNCERTAIN


@pytest.mark.parametrize("greeting", [b"220-", b"220 hello\r\n"])
def test_a_relay_that_answers_a_byte_at_a_time_is_cut_off(greeting):
    stop = threading.Event()

    def script(connection):
        connection.sendall(greeting)
        while not stop.wait(0.05):
            connection.sendall(b"2")

    server, url = scripted(script)
    began = time.monotonic()
    with server:
        outcome = SMTPMail(url, mail_from=FROM, limits=QUICK).send(a_message())
    took = time.monotonic() - began
    stop.set()

    assert outcome.ending is Ending.TEMPORARY
    assert took < 3 + BESIDE
