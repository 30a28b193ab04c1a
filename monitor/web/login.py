"""The login of a browser: the token once, then a cookie that is not the token. There are no users: whoever has the token may do all."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from monitor.web.door import COOKIE, own_path
from monitor.web.rendering import Pages
from monitor.web.sent import form_of
from monitor.web.token import Token

PAUSE: Final = 1.0  # seconds that a wrong token costs
AT_ONCE: Final = 4  # wrong tokens that are answered at a time, so that no more are tried a second
PATIENCE: Final = 10.0  # seconds for the form
MOST_BYTES: Final = 16 * 1024  # of what somebody may send who is not let in yet
LASTING: Final = 30 * 86_400  # seconds


class Login:
    """The handlers around the token."""

    def __init__(self, pages: Pages, token: Token) -> None:
        self._pages, self._token, self._paying = pages, token, 0

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [web.get("/login", self.ask), web.post("/login", self.let_in), web.post("/logout", self.let_out)]

    async def ask(self, request: web.Request) -> web.Response:
        """Ask for the token."""
        return self._pages.show("login.html", here="", next=own_path(request.query.get("next", "/")), wrong=False)

    async def let_in(self, request: web.Request) -> web.Response:
        """Take the token, and go on to where the reader wanted to be."""
        try:
            async with asyncio.timeout(PATIENCE):
                said = await form_of(request.clone(client_max_size=MOST_BYTES))
        except TimeoutError as error:
            raise web.HTTPRequestTimeout(text="The form did not come.\n") from error
        onward, given = own_path(said.get("next", "/")), said.get("token", "").strip()
        if not self._token.is_it(given):
            await self._pause()
            return self._pages.show("login.html", status=401, here="", next=onward, wrong=True)
        answer = web.Response(status=303, headers={"location": onward})
        answer.set_cookie(COOKIE, self._token.cookie, httponly=True, samesite="Strict", path="/", max_age=LASTING)
        return answer

    async def _pause(self) -> None:
        """Have a wrong token cost time. Raises HTTPTooManyRequests where others pay already; the right one is taken all the same."""
        if self._paying >= AT_ONCE:
            raise web.HTTPTooManyRequests(text="Too many wrong tokens.\n", headers={"retry-after": "10"})
        self._paying += 1
        try:
            await asyncio.sleep(PAUSE)
        finally:
            self._paying -= 1

    async def let_out(self, _: web.Request) -> web.Response:
        """Forget the cookie."""
        answer = web.Response(status=303, headers={"location": "/login"})
        answer.del_cookie(COOKIE, path="/")
        return answer
