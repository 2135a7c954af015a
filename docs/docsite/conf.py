# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx makes the site (tools/docs.py). Neither this nor a page that it makes asks anything of the network."""

from __future__ import annotations

import re

from docutils import nodes

project = "llmops.ecs"
project_copyright = "the llmops.ecs contributors"
extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
html_title = "llmops.ecs"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"

ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
# The pages of Ansible's own that antsibull-docs refers to.
PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
ANOTHER = re.compile(r"ansible_collections\.(?!llmops\.ecs\.)(\w+)\.(\w+)\.(\w+?_[a-z]+?)(?:__(.+))?")


def address(label: str) -> str | None:
    """Return where on Ansible's site a label is that is not on this one; none for what should be here."""
    if label in PAGES:
        return f"{ANSIBLE}/{PAGES[label]}"
    if not (found := ANOTHER.fullmatch(label)):
        return None
    namespace, name, page, anchor = found.groups()
    return f"{ANSIBLE}/collections/{namespace}/{name}/{page}.html{f'#{anchor}' if anchor else ''}"


def link(_app, _environment, node, text):
    """Make a reference to what is documented elsewhere a link to there. What it finds no place for stays an error."""
    if uri := address(node["reftarget"]):
        return nodes.reference("", "", text, internal=False, refuri=uri)
    return None


def setup(app) -> None:
    """Have Sphinx ask here for what it does not find."""
    app.connect("missing-reference", link)
