"""What reached the mail server of the proposals people filed."""

from tests.faults.processes import wait_for


def wait_until_every_mail_is_out(system):
    """Every mail due was taken, each once; the wait before another try is shortened."""

    def out():
        system.hasten_messages()
        return not system.messages_under_way() and not missing(system)

    took = wait_for(out, 60)
    copies = mails(system)
    assert set(copies.values()) <= {1}, copies
    return took


def missing(system):
    return [proposal.number for proposal in system.office.filed if len(mails(system, proposal)) < 2]


def mails(system, filed=None):
    """Copies taken by the mail server of each mail about these proposals."""
    numbers = [proposal.number for proposal in ([filed] if filed else system.office.filed)]
    return {
        key: system.mail.copies[key]
        for key, subject in list(system.mail.subjects.items())
        if any(number in subject.split() for number in numbers)
    }
