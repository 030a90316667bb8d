"""Tables of identity. Region leads the keys and indexes of everything a region owns.

Secrets are never stored as they are: passwords are hashed (argon2id), random tokens and codes
are kept as SHA-256 fingerprints, TOTP secrets and private keys are sealed with the service's key.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.data.db import RegionScoped
from chassis.data.import_rows import ImportBatch, ImportLine
from chassis.data.job_rows import JobRow
from chassis.data.searching import Searched, SearchedWord, Words
from chassis.data.versioned import Versioned
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.identity.models.contacts import Contact as Contact
from services.identity.models.contacts import ContactCode as ContactCode
from services.identity.models.database import Base as Base
from services.identity.models.database import db as db
from services.identity.models.recoveries import AccountRecovery as AccountRecovery
from services.identity.models.recoveries import PasswordLink as PasswordLink
from services.identity.models.recoveries import RecoveryTry as RecoveryTry
from services.identity.models.recoveries import SealedLetter as SealedLetter
from services.identity.models.safety import SecurityAlarm as SecurityAlarm
from services.identity.models.safety import SecurityEvent as SecurityEvent
from services.identity.models.safety import SecurityLimits as SecurityLimits
from services.identity.models.signing_in import KnownDevice as KnownDevice
from services.identity.models.signing_in import SignInAttempt as SignInAttempt
from services.identity.models.signing_in import SignInSession as SignInSession
from services.identity.models.signing_in import WrongSecret as WrongSecret
from staff.names import full_name


class Region(Versioned, Base):
    """A regency or city served by this installation.

    `totp_roles` are those it asks for a second factor; of roles that are not in `totp_decided`
    their manifest says so, as of all where the region never chose (None).
    """

    __tablename__ = "regions"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    demo: Mapped[bool] = mapped_column(default=False)
    totp_roles: Mapped[list[str]] = mapped_column(default=list)
    totp_decided: Mapped[list[str] | None]
    idle_minutes: Mapped[int | None]
    # Whose holders may stand in for a role across OPDs: {"sekda": ["opd_head"]}.
    deputies: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Unit(Versioned, RegionScoped, Base):
    """A node of the tree region > opd > unit or division."""

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("region", "code"),
        Index("ix_units_by_name", "region", "name", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(10))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    opd_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    bkpsdm: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Employee(Versioned, Searched, Base):
    """A civil servant and the present facts (ruling R8); `EmployeeFact` has their sources."""

    __tablename__ = "employees"
    __table_args__ = (
        UniqueConstraint("region", "nip"),
        Index("ix_employees_by_name", "region", "name", "id"),
        Index("ix_employees_by_golongan", "region", "golongan", "name", "id"),
        Index("ix_employees_of_opd", "region", "opd_id", "name", "id"),
        Index("ix_employees_of_unit", "region", "unit_id", "name", "id"),
        Index("ix_employees_of_kind", "region", "kind", "name", "id"),
        Index("ix_employees_active", "region", "active", "name", "id"),
        Index("ix_employees_nip", "nip"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    nip: Mapped[str] = mapped_column(String(18))
    name: Mapped[str]
    title_prefix: Mapped[str | None]
    title_suffix: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(4))
    birth_date: Mapped[date]
    sex: Mapped[str] = mapped_column(String(6))
    cpns: Mapped[bool] = mapped_column(default=False)
    jabatan: Mapped[str | None]
    jenis_jabatan: Mapped[str | None]
    jenjang: Mapped[str | None]
    guru: Mapped[bool] = mapped_column(default=False)
    golongan: Mapped[str | None]
    golongan_pertama: Mapped[str | None]
    tmt_cpns: Mapped[date | None]
    tmt_golongan: Mapped[date | None]
    tmt_jabatan: Mapped[date | None]
    tmt_kgb: Mapped[date | None]
    masuk_daerah: Mapped[date | None]
    masa_kerja_golongan_bulan: Mapped[int | None]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    opd_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    active: Mapped[bool] = mapped_column(default=True)
    sessions_revoked_at: Mapped[datetime | None]
    deciding_barred_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    former_nips: Mapped[list["FormerNip"]] = relationship(order_by="FormerNip.id", viewonly=True)

    @property
    def full_name(self) -> str:
        return full_name(self.name, self.title_prefix, self.title_suffix)

    def searched(self) -> Iterable[str | None]:
        former = (former.nip for former in self.former_nips)
        return (self.nip, *former, self.full_name, self.jabatan)


class EmployeeWord(SearchedWord, Base):
    __tablename__ = "employee_words"
    __table_args__ = (Index("ix_employee_words_word", "region", "word", "row_id"),)


EMPLOYEE_WORDS = Words(db, Employee, EmployeeWord)


class FormerNip(RegionScoped, Base):
    """An NIP that an employee had before, and why not any more; rows are added, never changed."""

    __tablename__ = "former_nips"
    __table_args__ = (
        Index("ix_former_nips_of", "region", "employee_id", "id"),
        Index("ix_former_nips_nip", "nip"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    nip: Mapped[str] = mapped_column(String(18))
    reason: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(120))
    replaced_by: Mapped[UUID | None]
    replaced_at: Mapped[datetime] = mapped_column(default=now)


class EmployeeFact(RegionScoped, Base):
    """Where a fact comes from and as of when; rows are added, never changed."""

    __tablename__ = "employee_facts"
    __table_args__ = (Index("ix_employee_facts_of", "region", "employee_id", "fact", "id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    fact: Mapped[str] = mapped_column(String(40))
    value: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(120))
    as_of: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Account(RegionScoped, Base):
    """How a person proves to be himself."""

    __tablename__ = "accounts"
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"), primary_key=True)
    password_hash: Mapped[str | None]
    password_set_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    activated_by: Mapped[UUID | None]
    totp_sealed: Mapped[str | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_counter: Mapped[int | None]
    totp_drift: Mapped[int | None]
    totp_near_counter: Mapped[int | None]
    totp_near_step: Mapped[int | None]


class RecoveryCode(RegionScoped, Base):
    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("employee_id", "fingerprint"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class RoleGrant(Versioned, RegionScoped, Base):
    """Who holds a role, for which unit, as what (definitive or acting), from when to when."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index("ix_role_grants_post", "region", "role", "unit_id", "active"),
        Index("ix_role_grants_in_use", "region", "role", "active"),
        Index("ix_role_grants_holder", "region", "employee_id", "active"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    role: Mapped[str] = mapped_column(String(24))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    acting: Mapped[str] = mapped_column(String(10), default="definitive")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    granted_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Delegation(Versioned, RegionScoped, Base):
    """A role's decisions handed to a colleague for some dates, perhaps for some layanan only."""

    __tablename__ = "delegations"
    __table_args__ = (Index("ix_delegations_role", "region", "role", "unit_id", "active"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    role: Mapped[str] = mapped_column(String(24))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    from_employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    to_employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    layanan: Mapped[list[str] | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OAuthClient(Base):
    """An application that may ask for tokens; without a secret it is public (PKCE only)."""

    __tablename__ = "oauth_clients"
    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    secret_fingerprint: Mapped[str | None] = mapped_column(String(64))
    grant_types: Mapped[list[str]]
    scopes: Mapped[list[str]]
    redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    logout_uris: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)


class AuthorizationCode(RegionScoped, Base):
    __tablename__ = "authorization_codes"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_clients.client_id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_sessions.id"))
    redirect_uri: Mapped[str]
    scope: Mapped[str]
    nonce: Mapped[str | None] = mapped_column(index=True)
    code_challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    family_id: Mapped[UUID | None]


class TokenFamily(RegionScoped, Base):
    """All tokens that descend from one sign-in to one client."""

    __tablename__ = "token_families"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_clients.client_id"))
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_sessions.id"), index=True)
    scope: Mapped[str]
    amr: Mapped[list[str]]
    auth_time: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(24))


class RefreshToken(RegionScoped, Base):
    __tablename__ = "refresh_tokens"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("token_families.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]


class SigningKey(Base):
    """A key pair that signs tokens for a while; two are published so that neither surprises."""

    __tablename__ = "signing_keys"
    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    public_jwk: Mapped[dict[str, Any]]
    private_sealed: Mapped[str]
    signs_from: Mapped[datetime]
    signs_until: Mapped[datetime]
    published_until: Mapped[datetime]


class Job(JobRow, Base):
    """Long work: imports."""


class TableImport(ImportBatch, Base):
    """A table of employees or units that was brought in."""


class ImportRow(ImportLine, Base):
    """One row of it."""
