"""./simpul itself: which Python, which environment, and what it says when it cannot start."""

import ast
import contextlib
import hashlib
import importlib.machinery
import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops.announcing import announce
from ops.commands import COMMANDS, ENVIRONMENTS
from ops.main import parser_of
from ops.serving import listen
from ops.speech import Stop

ROOT = Path(__file__).parents[2]
LAUNCHER = ROOT / "simpul"


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    loader = importlib.machinery.SourceFileLoader("simpul_launcher", str(LAUNCHER))
    loader.path = str(LAUNCHER)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("simpul_launcher", loader)
    )
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    return module


def a_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def built_home(home):
    """A home whose environment is the interpreter of this test run: nothing is left to build."""
    requirements = (ROOT / "requirements" / "runtime.txt").read_bytes()
    environment = home / "venv" / f"runtime-{hashlib.sha256(requirements).hexdigest()[:12]}"
    a_program(environment / "bin" / "python", f'exec "{sys.executable}" "$@"')
    (environment / "finished").write_text("")
    return home


def run_simpul(home, *arguments, language="id_ID.UTF-8"):
    surroundings = {**os.environ, "SIMPUL_HOME": str(home), "LANG": language}
    for name in ("LC_ALL", "LC_MESSAGES"):
        surroundings.pop(name, None)
    return subprocess.run(
        [str(LAUNCHER), *arguments],
        env=surroundings,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("path", [LAUNCHER, ROOT / "ops" / "commands.py"], ids=lambda p: p.name)
def test_it_parses_on_python_3_8(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module_and_its_environment(name):
    module = importlib.import_module(f"ops.{name}")

    assert callable(module.configure)
    assert callable(module.run)
    assert (ROOT / "requirements" / f"{COMMANDS[name].needs}.txt").is_file()


def test_alone_it_explains_itself_in_indonesian(tmp_path):
    ended = run_simpul(tmp_path)

    assert ended.returncode == 0
    assert "./simpul up" in ended.stdout
    assert "menjalankan Simpul di komputer ini" in ended.stdout


def test_alone_it_explains_itself_in_english_where_the_machine_is_english(tmp_path):
    ended = run_simpul(tmp_path, language="en_GB.UTF-8")

    assert "run Simpul on this machine" in ended.stdout
    assert "menjalankan" not in ended.stdout


def test_what_is_compiled_is_kept_whatever_the_shell_says(tmp_path, monkeypatch):
    home = built_home(tmp_path)
    (python,) = home.glob("venv/*/bin/python")
    a_program(python, 'echo "told: ${PYTHONDONTWRITEBYTECODE-nothing}"')
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "told: nothing" in run_simpul(home, "up").stdout


def test_explaining_builds_no_environment(tmp_path):
    run_simpul(tmp_path, "--help")

    assert not (tmp_path / "venv").exists()


def test_an_unknown_command_is_one_line_and_exit_code_2(tmp_path):
    ended = run_simpul(tmp_path, "terbang")

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "terbang" in ended.stderr
    assert not (tmp_path / "venv").exists()


def test_a_wrong_option_is_one_line_and_exit_code_2(tmp_path):
    ended = run_simpul(built_home(tmp_path), "up", "--porta", "1")

    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "./simpul up --help" in ended.stderr


def helped(monkeypatch, name, language):
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", language)
    parser = parser_of(name)
    return parser.format_help(), {action.dest: action.help for action in parser._actions}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_is_in_one_language(monkeypatch, name):
    indonesian, helps = helped(monkeypatch, name, "id_ID.UTF-8")
    _, english = helped(monkeypatch, name, "en_US.UTF-8")

    assert not {"usage:", "options:", "arguments:"} & set(indonesian.split())
    same = {dest for dest, text in helps.items() if text == english[dest]}
    assert all(helps[dest] is None for dest in same - {"account"})  # names of accounts


def test_a_taken_port_is_told_in_the_readers_language(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        with pytest.raises(Stop) as stopped:
            listen(*taken.getsockname())

    assert "(sudah dipakai)" in stopped.value.line


@pytest.mark.parametrize(
    ("folder", "told"),
    [("a folder", "./simpul otp <account> --data '{data}'"), (None, "./simpul otp <account>\n")],
)
def test_the_command_that_up_prints_for_a_code_is_about_its_folder(
    monkeypatch, tmp_path, capsys, folder, told
):
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    data = tmp_path / (folder or "data")
    data.mkdir()
    (data / "demo-credentials.json").write_text(
        '{"accounts": [{"key": "k", "nip": "1",'
        ' "password": "p", "name": "Contoh", "totp_secret": "S"}]}'
    )

    announce("http://127.0.0.1:1", data, is_open=False)

    assert told.format(data=data) in capsys.readouterr().out


def test_the_code_of_the_command_is_found_from_any_folder(tmp_path):
    (tmp_path / "elsewhere" / "ops").mkdir(parents=True)
    (tmp_path / "elsewhere" / "ops" / "__init__.py").write_text("raise SystemExit(99)")
    home = built_home(tmp_path / "home")

    ended = subprocess.run(
        [str(LAUNCHER), "otp", "nobody", "--data", str(tmp_path)],
        cwd=tmp_path / "elsewhere",
        env={**os.environ, "SIMPUL_HOME": str(home)},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 2
    assert "simpul:" in ended.stderr


def test_an_old_python_is_told_what_to_install(launcher, monkeypatch, capsys):
    monkeypatch.setattr(launcher.sys, "version_info", (3, 8, 10))
    monkeypatch.setenv("PATH", "/nowhere")

    code = launcher.main(["up"])

    assert code == 2
    line = capsys.readouterr().err
    assert len(line.splitlines()) == 1
    assert "3.11" in line
    assert "3.8" in line


def test_a_newer_python_on_the_path_is_found_behind_an_old_one(launcher, monkeypatch, tmp_path):
    monkeypatch.setattr(launcher.sys, "version_info", (3, 9, 2))
    a_program(tmp_path / "bin" / "python3.13", "exit 127")  # a shim of a version not installed
    newer = a_program(tmp_path / "bin" / "python3.12", "echo 3 12")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    assert launcher.find_python() == newer


def test_a_missing_venv_module_is_one_line_and_exit_code_2(launcher, monkeypatch, tmp_path, capsys):
    base = a_program(tmp_path / "python", 'case "$2" in *venv*) exit 1;; *) echo 3 12;; esac')
    monkeypatch.setattr(launcher, "find_python", lambda: base)

    code = launcher.main(["up"])

    assert code == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "python3.12-venv" in line


def a_base_python(folder, pip):
    """Stands for an interpreter: `-m venv` makes a folder whose python does what `pip` says."""
    return a_program(
        folder / "base-python",
        f"""
        [ "$1" = -c ] && exit 0
        mkdir -p "$3/bin"
        echo build >> {folder}/builds
        printf '#!/bin/sh\\n{pip}\\n' > "$3/bin/python"
        chmod 755 "$3/bin/python"
        """,
    )


def test_packages_that_cannot_be_installed_are_one_line_and_exit_code_2(
    launcher, monkeypatch, tmp_path, capsys
):
    base = a_base_python(tmp_path, pip="echo ERROR: no route to host; exit 1")
    monkeypatch.setattr(launcher, "find_python", lambda: base)

    code = launcher.main(["up"])

    assert code == 2
    assert "no route to host" in capsys.readouterr().err.splitlines()[-1]


def test_a_half_built_environment_is_never_used(launcher, monkeypatch, tmp_path):
    base = a_base_python(tmp_path, pip="exit 1")
    monkeypatch.setattr(launcher, "find_python", lambda: base)
    launcher.main(["up"])

    assert not launcher.is_complete(launcher.environment_of("runtime"))


def test_an_environment_whose_interpreter_is_gone_is_built_again(launcher, monkeypatch, tmp_path):
    base = a_base_python(tmp_path, pip="exit 0")
    monkeypatch.setattr(launcher, "find_python", lambda: base)
    python = launcher.python_for(["up"])
    Path(python).unlink()
    Path(python).symlink_to("/nowhere/python3.11")

    assert launcher.python_for(["up"]) == python
    assert (tmp_path / "builds").read_text().split() == ["build", "build"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_tools_environment_serves_every_command(launcher, monkeypatch, tmp_path, command):
    base = a_base_python(tmp_path, pip="exit 0")
    monkeypatch.setattr(launcher, "find_python", lambda: base)

    assert launcher.python_for(["test"]) == launcher.python_for([command])


def test_the_smallest_environment_does_not_serve_what_needs_more(launcher, monkeypatch, tmp_path):
    base = a_base_python(tmp_path, pip="exit 0")
    monkeypatch.setattr(launcher, "find_python", lambda: base)

    pythons = {launcher.python_for([command]) for command in ("up", "cluster", "test")}

    assert len(pythons) == 3


def test_a_command_that_found_out_it_needs_more_gets_it(launcher, monkeypatch, tmp_path):
    base = a_base_python(tmp_path, pip="exit 0")
    monkeypatch.setattr(launcher, "find_python", lambda: base)
    smallest = launcher.python_for(["init"])

    monkeypatch.setenv("SIMPUL_NEEDS", "cluster")

    assert launcher.python_for(["init"]) != smallest
    assert launcher.python_for(["init"]) == launcher.python_for(["cluster"])


def test_a_larger_set_of_requirements_holds_the_smaller_ones_at_the_same_versions():
    pins = [
        {line.split()[0] for line in path.read_text().splitlines() if "==" in line}
        for path in (ROOT / "requirements" / f"{name}.txt" for name in ENVIRONMENTS)
    ]

    assert pins[0] < pins[1] < pins[2]


def test_every_package_is_pinned_by_hash_and_no_address_is_named():
    for path in (ROOT / "requirements").glob("*.txt"):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        packages = [number for number, line in enumerate(lines) if line[:1].isalnum()]

        assert packages
        assert all("==" in lines[number] for number in packages)
        assert all("--hash=sha256:" in lines[number + 1] for number in packages)
        assert not any(word in line for line in lines for word in ("://", "--index", "--find"))


def test_changed_requirements_mean_another_environment(launcher, monkeypatch, tmp_path):
    before = launcher.environment_of("runtime")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text("flask==3.1.3")
    monkeypatch.setattr(launcher, "ROOT", str(tmp_path))

    assert launcher.environment_of("runtime") != before


def test_the_environment_a_running_server_may_use_is_kept(launcher, monkeypatch, tmp_path):
    folder = tmp_path / "home" / "venv"
    for age, name in enumerate(("runtime-oldest", "runtime-older", "runtime-newest")):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (age, age))

    launcher.forget_older("runtime", str(folder / "runtime-newest"))

    assert sorted(process.name for process in folder.iterdir()) == [
        "runtime-newest",
        "runtime-older",
    ]


def test_two_commands_at_once_build_one_environment(tmp_path):
    base = a_base_python(tmp_path, pip="sleep 0.3")
    start = (
        "import importlib.machinery as m, types, sys; sys.dont_write_bytecode = True;"
        f"l = m.SourceFileLoader('s', {str(LAUNCHER)!r}); s = types.ModuleType('s');"
        f"s.__file__ = {str(LAUNCHER)!r}; exec(l.get_code('s'), s.__dict__);"
        f"s.find_python = lambda: {base!r}; print(s.python_for(['up']))"
    )
    surroundings = {**os.environ, "SIMPUL_HOME": str(tmp_path / "home")}

    both = [
        subprocess.Popen(
            [sys.executable, "-c", start],
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=30)[0] for process in both]

    assert answers[0] == answers[1] != b""
    assert (tmp_path / "builds").read_text().split() == ["build"]


def test_a_home_that_cannot_be_written_is_one_line_and_exit_code_2(tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")

    ended = run_simpul(tmp_path / "home", "up", language="en_US.UTF-8")

    assert ended.returncode == 2
    assert "SIMPUL_HOME" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
