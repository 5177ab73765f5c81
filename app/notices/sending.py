"""Send one message to one address, through Apprise; what goes wrong becomes a sentence.

An address is Apprise's URL, or what a platform shows for its robot, which is read as one.
"""

from __future__ import annotations

import contextlib
import logging
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import apprise
from apprise.attachment.memory import AttachMemory
from apprise.exception import AppriseException
from apprise.plugins import dingtalk, feishu, wecombot
from apprise.plugins.custom_form import NotifyForm
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.custom_xml import NotifyXML
from apprise.plugins.email import NotifyEmail

from app.core.errors import DomainError
from app.core.language import gettext
from app.notices.rules import TargetKind

if TYPE_CHECKING:
    from apprise import NotifyBase

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SECONDS = 10
"""How long a server may take to be reached, and again to answer."""

PLUGINS: dict[TargetKind, dict[str, Any]] = {
    TargetKind.MAIL: dict.fromkeys(("mailto", "mailtos"), NotifyEmail),
    TargetKind.WECOM: {"wecombot": wecombot.NotifyWeComBot},
    TargetKind.DINGTALK: {"dingtalk": dingtalk.NotifyDingTalk},
    TargetKind.FEISHU: {"feishu": feishu.NotifyFeishu},
    TargetKind.WEBHOOK: {
        **dict.fromkeys(("json", "jsons"), NotifyJSON),
        **dict.fromkeys(("form", "forms"), NotifyForm),
        **dict.fromkeys(("xml", "xmls"), NotifyXML),
    },
}
"""Kind of channel → scheme of its addresses → Apprise's sender: no other of its many is loaded."""

ASSET = apprise.AppriseAsset(app_id="Bancheng", app_desc="办成", app_url="")

_NATIVE = (
    (
        re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([\w-]+)"),
        r"dingtalk://\1/",
    ),
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?"), r"feishu://\1/"),
    (
        re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]+)"),
        r"wecombot://\1/",
    ),
    (re.compile(r"https://(.*)"), r"jsons://\1"),
    (re.compile(r"http://(.*)"), r"json://\1"),
)

_log = logging.getLogger("apprise")
_log.setLevel(logging.DEBUG)  # what went wrong is told at that level alone
_log.propagate = False
_log.addHandler(logging.NullHandler())


class DeliveryError(DomainError):
    """Raise when a message was not delivered and may be tried again."""


class HopelessError(DeliveryError):
    """Raise when trying again can't help: there is nobody to send to."""


class UnsureError(DeliveryError):
    """Raise when a message may have been delivered: the line broke before the answer came."""


def send(url: str, title: str, body: str, file: tuple[str, bytes] | None = None) -> None:
    """Send a message, with a file of a name; raise DeliveryError with a sentence for whoever asks.

    The file is one that a letter carries: what else there is takes none.
    """
    plugin = _plugin(url)
    if plugin is None:
        raise HopelessError(gettext("地址无法识别，请在“通知渠道”中重新填写"))
    plugin.socket_connect_timeout = plugin.socket_read_timeout = SECONDS
    sender = apprise.Apprise(plugin, asset=ASSET)
    attached = _attachment(*file) if file is not None else None
    answers: list[Any] = []
    token = _answers.set(answers)
    try:
        result = sender.notify(
            body, title=title, body_format="text", attach=attached, log_level=logging.DEBUG
        )
    finally:
        _answers.reset(token)
    if not result:
        raise _failure([str(entry.message) for entry in result.logs()])
    for answer in answers:
        _check(answer)


def _attachment(name: str, content: bytes) -> Any:
    return AttachMemory(content, name=name, mimetype=EXCEL)  # type: ignore[no-untyped-call]


def problem_of(kind: TargetKind, address: str) -> str:
    """Say what is wrong with an address of a kind; empty when nothing is."""
    if _plugin(address) is None:
        return gettext("这个地址无法识别，请检查是否完整")
    if _scheme(_read(address)) not in PLUGINS[kind]:
        return gettext("这不是%(kind)s的地址", kind=gettext(kind.label))
    return ""


def mail_to(server: str, person: str) -> str:
    """Return a mail server's address with the person as its only recipient."""
    parts = urlsplit(server)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"to", "cc", "bcc"}]
    told = urlencode([*query, ("to", person)])
    return urlunsplit((parts.scheme, parts.netloc, "/", told, ""))


def is_mail(url: str) -> bool:
    """Say whether an address is that of a mail server."""
    return _scheme(url) in PLUGINS[TargetKind.MAIL]


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower()


def _read(address: str) -> str:
    """Return Apprise's URL for an address; what a platform shows is turned into one."""
    url = address.strip()
    for native, ours in _NATIVE:
        if found := native.fullmatch(url):
            return found.expand(ours)
    return url


def _plugin(address: str) -> NotifyBase | None:
    """Make the sender of an address; None when it is none that can be read."""
    url = _read(address)
    for kind in (known[_scheme(url)] for known in PLUGINS.values() if _scheme(url) in known):
        parts = kind.parse_url(url)
        with contextlib.suppress(AppriseException, TypeError, ValueError):
            made: NotifyBase | None = kind(**parts, asset=ASSET) if parts else None
            return made
    return None


# --- what went wrong -----------------------------------------------------------------------------

_CUT = ("Read timed out", "Connection aborted", "Connection reset", "unexpectedly closed")
"""What is logged when the line broke after the message may have gone."""


def _failure(said: list[str]) -> DeliveryError:
    """Tell from Apprise's log why a message was not delivered."""
    text = " ".join(said)
    cut = any(word in text for word in _CUT) and "Max retries exceeded" not in text
    if "Connection error while submitting" in text:
        return DeliveryError(gettext("连接不上邮件服务器，或它不接受登录"))
    if "Sending email to" in text:
        if cut or "timed out" in text:
            return UnsureError(gettext("邮件服务器没有答复，可能已送达"))
        told = gettext("邮件服务器拒收：%(answer)s", answer=_smtp_answer(text))
    elif found := re.search(r"error=(\d{3})", text):
        told = gettext("对方服务器拒收（HTTP %(code)s）", code=found[1])
    elif cut:
        return UnsureError(gettext("对方服务器没有答复，可能已送达"))
    elif "Connection error" in text:
        told = gettext("连接不上对方服务器")
    else:
        told = gettext("没有发出，请检查渠道的地址")
    return DeliveryError(told)


def _smtp_answer(text: str) -> str:
    """Return the number by which a mail server refused."""
    found = re.search(r"\b([45]\d\d)\b", text)
    return found[1] if found else "?"


_answers: ContextVar[list[Any] | None] = ContextVar("answers", default=None)


_ROBOTS: tuple[Any, ...] = (wecombot, dingtalk, feishu)
_requests: Any = _ROBOTS[0].requests


class _Listening:
    """The `requests` of a robot's plugin, with an ear on the answers.

    Robots answer 200 to everything and say in the body that they refused; Apprise doesn't look.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(_requests, name)

    def post(self, *args: Any, **options: Any) -> Any:
        """Post, and keep the answer."""
        answer = _requests.post(*args, **options)
        heard = _answers.get()
        if heard is not None:
            heard.append(answer)
        return answer


for _module in _ROBOTS:
    _module.requests = _Listening()


def _check(answer: Any) -> None:
    """Raise DeliveryError when a robot says that it refused."""
    try:
        said = answer.json()
    except ValueError:
        return
    code = said.get("errcode", said.get("code", 0)) if isinstance(said, dict) else 0
    if code:
        reason = str(said.get("errmsg") or said.get("msg") or "")[:120]
        raise DeliveryError(gettext("机器人拒收：%(reason)s（%(code)s）", reason=reason, code=code))
