# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""End a module with one clear message when a document is bad or a call to AWS failed."""

from __future__ import annotations

import typing as t
from contextlib import contextmanager

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

from .._documents.shapes import DocumentError
from .errors import EcsError, answer_of, explain, is_answer_of_aws
from .session import endpoint_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


@contextmanager
def failures_told(module: AnsibleAWSModule) -> Iterator[None]:
    """End the module with one message when a document is bad or a call to AWS failed."""
    try:
        yield
    except DocumentError as error:
        module.fail_json(msg=str(error))
    except EcsError as error:
        answered = answer_of(error.exception) if is_answer_of_aws(error.exception) else {}
        msg = explain(error, module.region, endpoint_of(module))
        module.fail_json(msg=msg, **camel_dict_to_snake_dict(answered))
