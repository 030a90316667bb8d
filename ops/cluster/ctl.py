"""`./simpul cluster ctl`: the engines' own tools, told where this cluster's engines are.

The tools run as the engine's own user, with its cookie or password; none of it is in the words of
a command, which everybody on the machine can read.
"""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ops.cluster import plan
from ops.cluster.engines import engines_of
from ops.engines.child import surroundings
from ops.engines.postgres import Postgres
from ops.engines.process import EngineMissing, find
from ops.engines.rabbit import Rabbit
from ops.folder import PLAN
from ops.parts import known
from ops.speech import Stop

_TOOLS = {"rabbitmqctl": "rabbit", "psql": "postgres"}


def run(data: Path, tool: str | None, words: list[str]) -> int:
    """Run a tool in the foreground and return how it ended.

    Raises `Stop` for a folder that is no cluster's, an unknown tool, or an engine not started here.
    """
    if not (data / PLAN).exists():
        raise Stop(f"tidak ada kluster di {data}", f"there is no cluster in {data}")
    if tool not in _TOOLS:
        there_are = ", ".join(_TOOLS)
        raise Stop(f"sebutkan alatnya: {there_are}", f"name the tool: {there_are}")
    try:
        engine = engines_of(plan.load(data, None)).get(_TOOLS[tool])
        if engine is None:
            raise Stop(
                f"{_TOOLS[tool]} tidak dijalankan oleh kluster ini",
                f"{_TOOLS[tool]} is not started by this cluster",
            )
        return rabbitmqctl(engine, words) if tool == "rabbitmqctl" else psql(engine, data, words)
    except EngineMissing as missing:
        raise Stop(str(missing), str(missing)) from missing


def rabbitmqctl(rabbit: Rabbit, words: list[str]) -> int:
    # The one on the path changes the user and forgets where the node is.
    program = find("rabbitmqctl", "rabbitmq-server", before=["/usr/lib/rabbitmq/bin"])
    told = {**surroundings(), **rabbit.environment()}
    return subprocess.run(
        [program, *words], env=told, user=rabbit.user, cwd=rabbit.folder, check=False
    ).returncode


def psql(postgres: Postgres, data: Path, words: list[str]) -> int:
    """Open a service's database, or with no name the server's own, as the owner of all."""
    service, rest = "postgres", words
    if words and not words[0].startswith("-"):
        service, rest = known(words[0], plan.load(data, None).manifests), words[1:]
    url = urlsplit(postgres.owner_url(service))
    told = {
        "PGHOST": str(url.hostname),
        "PGPORT": str(url.port),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
        "PGDATABASE": service,
    }
    program = find("psql", "postgresql-client")
    terminal = {"TERM": os.environ["TERM"]} if "TERM" in os.environ else {}
    told = {**surroundings(), **terminal, **told}
    return subprocess.run([program, *rest], env=told, check=False).returncode
