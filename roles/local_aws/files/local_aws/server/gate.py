# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before moto: every AWS call is recorded, refused where AWS would refuse it, and answered in AWS's words.

To what it has not implemented, and to what goes wrong inside it, moto answers with a page of HTML, which no AWS client
can read.
"""

from __future__ import annotations

import logging
import threading
import warnings
from typing import Any

from moto.core.exceptions import ServiceException, _RESTError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from ..base.refused import Context, Refused
from ..refusals.table import refuse
from .requests import REQUESTS, is_write

LOG = logging.getLogger(__name__)


def install() -> None:
    """Put the gate into moto: all services' requests come through it, after moto has read them and before it acts."""
    act = BaseResponse.call_action
    locks: dict[str, Any] = {}
    regions = {region.name for region in RegionsAndZonesBackend.regions} | {"aws-global"}
    # Codes that every service has, ValidationError for one, are in no service's model.
    warnings.filterwarnings("ignore", r"Exception.* does not match an error shape", UserWarning)

    def call_action(response: BaseResponse) -> Any:
        action = response._get_action()
        service = response.boto3_service_name
        if not action:
            return act(response)
        REQUESTS.add(service, action)
        try:
            if response.region not in regions:
                message = f"Credential should be scoped to a valid region: {response.region!r} is not a region of AWS."
                raise Refused("SignatureDoesNotMatch", message)
            if not is_write(action):
                return act(response)
            # Checked and done under one lock: of two creates of one name, the second sees the first.
            with locks.setdefault(service, threading.RLock()):
                context = Context(response.current_account, response.region)
                refuse(service, action, parameters(response, action), context)
                return act(response)
        except Exception as error:
            return _answer(response, *_in_words_of_aws(error, f"{service} {action}"))

    BaseResponse.call_action = call_action


def _in_words_of_aws(error: Exception, call: str) -> tuple[ServiceException, int | None]:
    """Return an error as AWS has it, and its HTTP status unless the service's model says that."""
    if isinstance(error, ServiceException):
        return error, None
    if isinstance(error, _RESTError):
        # moto's older kind, met by a check on its way.
        return Refused(error.error_type, error.message), None
    if isinstance(error, NotImplementedError):
        return Refused("NotImplemented", f"{call} is not part of the embedded AWS: {error}"), 501
    LOG.error("%s failed", call, exc_info=error)
    return Refused("InternalFailure", f"{call} failed inside the embedded AWS; its log says why."), 500


def parameters(response: BaseResponse, action: str) -> dict[str, Any]:
    """Return the request's parameters in AWS's spelling, whatever the protocol, as boto3 was given them."""
    model = get_service_model(response.boto3_service_name)
    request = response.normalized_request
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)]
    return parser(model.operation_model(action), map_type=dict).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": response.uri_match,
        }
    )


def _answer(response: BaseResponse, error: ServiceException, status: int | None) -> Any:
    """Write the error as the service's protocol has it."""
    modelled_status, headers, body = response.serialized(ActionResult(error))
    headers["status"] = str(status or modelled_status)
    return status or modelled_status, headers, body
