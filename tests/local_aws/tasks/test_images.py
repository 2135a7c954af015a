# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: what their names mean, what they run, and when their digest changes."""

from __future__ import annotations

import pytest

from local_aws.tasks.images import Images, expand


@pytest.fixture
def image(tmp_path):
    """Return the document of an image with one file."""
    (tmp_path / "app.py").write_text("1")
    return {"command": ["python", "app.py"], "working_directory": str(tmp_path)}


def test_a_name_without_tag_is_the_latest(image):
    images = Images()
    assert images.replace({"127.0.0.1:4566/llm": image, "llm:7": image})
    assert images.names() == ["127.0.0.1:4566/llm:latest", "llm:7"]
    assert images.get("127.0.0.1:4566/llm").command == ["python", "app.py"]
    assert images.get("127.0.0.1:4566/llm:latest")
    assert images.get("llm") is None
    assert images.get("127.0.0.1:4566/llm:7") is None
    assert images.digest("llm") is None


def test_a_name_can_name_the_content(image, tmp_path):
    images = Images()
    images.replace({"llm:7": image})
    digest = images.digest("llm:7")
    assert images.get(f"llm@{digest}")
    assert images.digest(f"llm@{digest}") == digest
    assert images.get(f"other@{digest}") is None
    (tmp_path / "app.py").write_text("22")
    assert images.get(f"llm@{digest}") is None


def test_the_digest_changes_with_files_and_spec(image, tmp_path):
    images = Images()
    images.replace({"llm": image})
    seen = [images.digest("llm")]
    assert images.digest("llm") == seen[0]
    (tmp_path / "app.py").write_text("two")
    seen.append(images.digest("llm"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.py").write_text("")
    seen.append(images.digest("llm"))
    images.replace({"llm": {**image, "environment": {"A": "b"}}})
    seen.append(images.digest("llm"))
    assert len(set(seen)) == 4
    assert all(digest.startswith("sha256:") and len(digest) == 71 for digest in seen)


def test_caches_and_hidden_folders_are_no_part_of_the_image(image, tmp_path):
    images = Images()
    images.replace({"llm": image})
    before = images.digest("llm")
    for folder in ("__pycache__", ".git", ".venv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text("x")
    assert images.digest("llm") == before


def test_replace_tells_whether_anything_changed(image):
    images = Images()
    assert images.replace({"llm": image})
    assert not images.replace({"llm": dict(image)})
    assert not images.replace({"llm:latest": image})
    assert images.replace({})
    assert images.names() == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (["python"], "expected an object"),
        ({"comand": []}, "unknown field 'comand'"),
        ({"command": "python"}, "command has a value of the wrong type"),
        ({"command": ["python", 7]}, "command has a value of the wrong type"),
        ({"environment": {"PORT": 8080}}, "environment has a value of the wrong type"),
        ({"working_directory": 7}, "working_directory has a value of the wrong type"),
        ({"path": "/bin"}, "path has a value of the wrong type"),
    ],
)
def test_a_wrong_document_is_refused_and_changes_nothing(image, document, message):
    images = Images()
    images.replace({"llm": image})
    with pytest.raises(ValueError, match=f"image 'new': .*{message}"):
        images.replace({"new": document})
    assert images.names() == ["llm:latest"]


@pytest.mark.parametrize(
    ("entry_point", "command", "argv"),
    [
        (None, None, ["python", "app.py"]),
        (None, ["sh"], ["sh"]),
        (["run"], None, ["run"]),
        (["run"], ["this"], ["run", "this"]),
        ([], [], ["python", "app.py"]),
    ],
)
def test_commands_replace_the_images_own_as_in_docker(image, entry_point, command, argv):
    images = Images()
    images.replace({"llm": image})
    assert images.get("llm").argv(entry_point, command) == argv


@pytest.mark.parametrize(
    ("word", "expanded"),
    [
        ("$HOST:$PORT", "127.16.0.1:8080"),
        ("--bind=${HOST}", "--bind=127.16.0.1"),
        ("${PORT}0", "80800"),
        ("$HOSTNAME $PATH", "$HOSTNAME $PATH"),
    ],
)
def test_host_and_port_are_put_into_words(word, expanded):
    assert expand(word, {"HOST": "127.16.0.1", "PORT": "8080", "PATH": "/bin"}) == expanded
