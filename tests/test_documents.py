"""The documents say what is so: commands, settings, places, decisions and the tests themselves."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
SETTING = re.compile(r"\b(?:DATABASE_URL|BANCHENG_[A-Z_]+)\b")
MOST_OF_A_PICTURE, WIDTH_OF_A_SCREEN = 120_000, 1366
FRAMEWORK_COMMANDS = {"babel", "db", "fab", "limiter", "routes", "run", "shell"}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def modules(folder):
    return sorted((ROOT / folder).rglob("*.py"))


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def marked_command(readme, marker):
    """Return the only line of the fence that follows a marker."""
    found = re.findall(rf"^<!-- {marker} -->\n```bash\n(.+)\n```$", text(readme), re.MULTILINE)
    assert len(found) == 1, f"{readme}: {len(found)} fences marked {marker}"
    return found[0]


def fenced_lines(readme):
    fences = re.findall(r"^```\w+\n(.*?)^```$", text(readme), re.MULTILINE | re.DOTALL)
    return [line for fence in fences for line in fence.splitlines()]


def command_lines(readme):
    """Return what follows each `run.py` in code, as words without the brackets of options."""
    code = [*re.findall(r"`([^`\n]+)`", text(readme)), *fenced_lines(readme)]
    calls = (re.search(r"\brun\.py\b([^&;|>]*)", line) for line in code)
    return [re.sub(r"[\[\]]", " ", call[1]).split() for call in calls if call]


def settings_read(paths):
    constants = (node for path in paths for node in ast.walk(tree(path)))
    return {
        node.value
        for node in constants
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SETTING.fullmatch(node.value)
    }


@pytest.fixture
def cli():
    from run import cli as commands

    return commands


def resolve(cli, words):
    """Follow the words into the group; return the path of the commands found."""
    path = [cli]
    for word in words:
        group = path[-1]
        if word.startswith("-") or not isinstance(group, click.Group):
            break
        command = group.get_command(click.Context(group), word)
        assert command is not None, f"run.py {' '.join(words)}: there is no {word!r}"
        path.append(command)
    return path


@pytest.mark.parametrize("readme", READMES)
def test_every_command_and_option_in_the_readme_exists(cli, readme):
    calls = command_lines(readme)
    assert ["scheduler"] in calls
    for words in calls:
        known = {
            option
            for command in resolve(cli, words)
            for parameter in command.params
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        unknown = {word for word in words if word.startswith("--")} - known - {"--help"}
        assert not unknown, f"{readme}: run.py {' '.join(words)}"


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_in_the_readme(cli, readme):
    documented = {words[0] for words in command_lines(readme) if words}
    assert set(cli.list_commands(click.Context(cli))) - FRAMEWORK_COMMANDS <= documented


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_exactly_the_settings_that_are_read(readme):
    read = settings_read([ROOT / "config.py", ROOT / "run.py", *modules("app")])
    documented = set(SETTING.findall(text(readme)))
    assert read <= documented
    assert documented <= read | settings_read(modules("tests"))


def test_both_readmes_give_the_same_commands_and_settings():
    english, chinese = READMES
    assert fenced_lines(english) == fenced_lines(chinese)
    assert command_lines(english) == command_lines(chinese)
    for marker in ("run-command", "test-command"):
        assert marked_command(english, marker) == marked_command(chinese, marker)


def test_ci_runs_the_test_command_of_the_readme():
    shown = subprocess.run(
        ["bash", ".ci/run", "--test-command"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout == marked_command("README.md", "test-command") + "\n"


def test_the_map_names_every_part_of_the_application():
    parts = {
        f"app/{child.name}/" if child.is_dir() else f"app/{child.name}"
        for child in (ROOT / "app").iterdir()
        if not child.name.startswith(("_", "."))
    }
    rows = set(re.findall(r"^\| `(app/[^`]+)` \|", text("ARCHITECTURE.md"), re.MULTILINE))
    assert rows >= parts, f"ARCHITECTURE.md does not say what {sorted(parts - rows)} hold"


def test_the_map_names_nothing_that_is_not_there():
    words = re.findall(r"`([\w./-]+)`", text("ARCHITECTURE.md"))
    places = [word for word in words if "/" in word]
    files = [word for word in words if "/" not in word and re.search(r"\.(py|toml)$", word)]
    assert "run.py" in files
    missing = [place for place in places if not (ROOT / place).exists()]
    missing += [
        name for name in files if not (ROOT / name).exists() and not [*(ROOT / "app").rglob(name)]
    ]
    assert not missing


GUIDE = [f"docs/user-guide/{path.name}" for path in sorted((ROOT / "docs/user-guide").glob("*.md"))]


@pytest.mark.parametrize(
    "document", [*READMES, "ARCHITECTURE.md", "docs/decisions/README.md", *GUIDE]
)
def test_links_between_documents_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text(document))
    assert targets
    base = (ROOT / document).parent
    assert [target for target in targets if not (base / target).exists()] == []


def test_the_guide_has_a_page_for_each_source_and_the_index_leads_to_it():
    pages = {Path(name).name for name in GUIDE} - {"README.md"}
    assert pages == {"yanggu.md", "linqing.md", "liaocheng.md", "rule-of-law.md"}
    assert pages <= set(re.findall(r"\]\(([^)#]+)\)", text("docs/user-guide/README.md")))


def test_the_guide_shows_each_of_its_pictures_and_the_walks_take_them():
    shown = {
        name for page in GUIDE for name in re.findall(r"\(images/([\w-]+)\.webp\)", text(page))
    }
    there = {path.stem: path for path in (ROOT / "docs/user-guide/images").iterdir()}
    walks = "".join(text(path) for path in (ROOT / "tests/browser").glob("test_guide*.py"))
    taken = set(re.findall(r'guide\.show\([\w.]+, "([\w-]+)"', walks))
    assert shown == set(there) == taken
    for name, path in there.items():
        head = path.read_bytes()
        assert len(head) <= MOST_OF_A_PICTURE, name
        assert (head[:4], head[8:16]) == (b"RIFF", b"WEBPVP8X"), name
        assert 1 + int.from_bytes(head[24:27], "little") == WIDTH_OF_A_SCREEN, name


def test_every_decision_is_in_the_index_and_bears_its_number():
    folder = ROOT / "docs" / "decisions"
    notes = {path.name for path in folder.glob("[0-9]*.md")}
    index = text("docs/decisions/README.md")
    listed = re.findall(r"^- \[(\d{4})\]\(([^)]+)\)", index, re.MULTILINE)
    assert {name for _, name in listed} == notes
    for number, name in listed:
        assert name.startswith(f"{number}-")
        assert text(f"docs/decisions/{name}").startswith(f"# {number}: ")


def test_the_changelog_has_a_place_for_what_is_not_released():
    assert re.search(r"^## Unreleased$", text("CHANGELOG.md"), re.MULTILINE)


def test_nothing_but_the_transaction_commits():
    committing = {
        path.relative_to(ROOT).as_posix()
        for path in modules("app")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert committing == {"app/core/transaction.py"}


def test_every_test_function_is_collected():
    for path in modules("tests"):
        assert (path.parent / "__init__.py").exists(), f"{path.parent} is no package"
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        body = [node for node in tree(path).body if isinstance(node, functions)]
        tests = Counter(node.name for node in body if node.name.startswith("test_"))
        assert not tests or path.name.startswith("test_"), f"{path} is not looked at"
        shadowed = [name for name, count in tests.items() if count > 1]
        assert not shadowed, f"{path}: a later function hides an earlier {shadowed}"
