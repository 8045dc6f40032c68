"""The simulated Microsoft Entra ID: OpenID discovery, device codes, tokens, and the page where a code is entered."""

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tui.lab.azure.device_codes import CodeState, DeviceCodes
from tui.lab.azure.directory import Application, Directory
from tui.lab.azure.entra_answers import EntraRefusalError
from tui.lab.azure.http_messages import Request, Response, html_response, json_response
from tui.lab.azure.tokens import Principal, Tokens

PAGE = "/devicelogin"
"""Path of the page where a code is entered."""
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_OPENID = frozenset({"openid", "profile", "offline_access", "email"})
_STATES = {CodeState.PENDING: 70016, CodeState.DECLINED: 70018, CodeState.EXPIRED: 70020}
_FORM = """<!doctype html><meta charset="utf-8"><title>Sign in to the lab</title><h1>Sign in to the lab</h1>
<p>{said}</p><form method="post"><label>Code <input name="code" autofocus></label>
<label>User <input name="user" value="{user}"></label>
<button name="answer" value="approve">Sign in</button> <button name="answer" value="decline">Decline</button></form>"""


class LabIdentity:
    """Answers what clients ask to sign in. Safe to use from any thread."""

    def __init__(
        self, directory: Directory, tokens: Tokens, codes: DeviceCodes, audiences: Mapping[str, str], user: str
    ) -> None:
        """`audiences`: the resources of scopes, and what tokens for them name; `user` stands on the page."""
        self._directory = directory
        self._tokens = tokens
        self._codes = codes
        self._audiences = dict(audiences)
        self._user = user

    def handle(self, request: Request) -> Response | None:
        """Answer a request; `None` for a path that is not of the identity service."""
        if request.path == PAGE:
            return self._page(request)
        tenant, _, rest = request.path.lstrip("/").partition("/")
        answers = {
            ("GET", "v2.0/.well-known/openid-configuration"): self._configuration,
            ("POST", "oauth2/v2.0/devicecode"): self._device_code,
            ("POST", "oauth2/v2.0/token"): self._token,
        }
        answer = answers.get((request.method, rest))
        if answer is None:
            return None
        try:
            if not self._directory.knows(tenant):
                raise EntraRefusalError(90002)
            return json_response(200, answer(request, tenant))
        except EntraRefusalError as refusal:
            return refusal.response()

    def _configuration(self, request: Request, tenant: str) -> dict[str, Any]:
        base = f"{request.base_url}/{tenant}"
        return {
            "issuer": f"{request.base_url}/{self._directory.tenant}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        }

    def _device_code(self, request: Request, _tenant: str) -> dict[str, Any]:
        form = request.form()
        device_code, user_code = self._codes.new(_field(form, "client_id"), _field(form, "scope"))
        url = f"{request.base_url}{PAGE}"
        return {
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": url,
            "expires_in": self._codes.expires_seconds,
            "interval": self._codes.interval,
            "message": f"Open {url} and enter {user_code}.",
        }

    def _token(self, request: Request, tenant: str) -> dict[str, Any]:
        form = request.form()
        grant = _field(form, "grant_type")
        if grant == _DEVICE_GRANT:
            return self._by_device_code(form)
        if grant == "refresh_token":
            return self._by_refresh_token(form)
        if grant == "client_credentials":
            return self._by_application(form, f"{request.base_url}/{tenant}/oauth2/v2.0/token")
        raise EntraRefusalError(70000)

    def _by_device_code(self, form: Mapping[str, str]) -> dict[str, Any]:
        client = _field(form, "client_id")
        state, name, scope = self._codes.poll(_field(form, "device_code"), client)
        if state is not CodeState.APPROVED:
            raise EntraRefusalError(_STATES[state])
        user = self._directory.user(name or "")
        if user is None:
            raise EntraRefusalError(70000)
        if user.blocked is not None:
            raise EntraRefusalError(user.blocked)
        return self._of_person(Principal(user.object_id, user.name, person=True), client, scope)

    def _by_refresh_token(self, form: Mapping[str, str]) -> dict[str, Any]:
        principal = self._tokens.refreshed(_field(form, "refresh_token"))
        if principal is None:
            raise EntraRefusalError(700082)
        user = self._directory.user(principal.name)
        if user is not None and user.blocked is not None:
            raise EntraRefusalError(user.blocked, claims=json.dumps({"access_token": {"acrs": {"essential": True}}}))
        return self._of_person(principal, _field(form, "client_id"), _field(form, "scope"))

    def _of_person(self, principal: Principal, client: str, scope: str) -> dict[str, Any]:
        ids = json.dumps({"uid": principal.object_id, "utid": self._directory.tenant}).encode()
        return {
            **self._access(principal, scope),
            "refresh_token": self._tokens.refresh(principal),
            "id_token": self._tokens.identity(principal, client),
            "client_info": base64.urlsafe_b64encode(ids).decode().rstrip("="),
        }

    def _by_application(self, form: Mapping[str, str], audience: str) -> dict[str, Any]:
        application = self._directory.application(_field(form, "client_id"))
        if application is None:
            raise EntraRefusalError(700016)
        if not application.has_principal:
            raise EntraRefusalError(7000229)
        if form.get("client_assertion_type") == _ASSERTION:
            _check_assertion(application, _field(form, "client_assertion"), audience)
        else:
            fault = self._directory.secret_fault(application, _field(form, "client_secret"))
            if fault is not None:
                raise EntraRefusalError(fault)
        principal = Principal(application.object_id, application.app_id, person=False)
        return self._access(principal, _field(form, "scope"))

    def _access(self, principal: Principal, scope: str) -> dict[str, Any]:
        wanted = [word for word in scope.split() if word not in _OPENID]
        resource = wanted[0].removesuffix("/.default") if wanted else ""
        if resource not in self._audiences:
            raise EntraRefusalError(500011)
        token, seconds = self._tokens.access(principal, self._audiences[resource])
        return {"token_type": "Bearer", "scope": scope, "access_token": token, "expires_in": seconds}

    def _page(self, request: Request) -> Response:
        said = "Enter the code that the program shows."
        if request.method == "POST":
            form = request.form()
            code, user = form.get("code", ""), form.get("user", "")
            if self._directory.user(user) is None:
                said = "The tenant knows no such user."
            elif form.get("answer") == "decline":
                said = "Declined." if self._codes.decline(code) else "There is no such code."
            else:
                said = "You may close this page." if self._codes.approve(code, user) else "There is no such code."
        return html_response(200, _FORM.format(said=html.escape(said), user=html.escape(self._user)))


def _field(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise EntraRefusalError(90014)
    return form[name]


def _check_assertion(application: Application, assertion: str, audience: str) -> None:
    """Check a certificate's proof: signed by one of the application's, for this place, in its time."""
    for certificate in application.certificates:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            continue
        try:
            jwt.decode(
                assertion, key, algorithms=["RS256", "PS256"], audience=audience, options={"require": ["exp", "aud"]}
            )
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            raise EntraRefusalError(700024) from error
        except jwt.InvalidTokenError:
            continue
        return
    raise EntraRefusalError(700027)
