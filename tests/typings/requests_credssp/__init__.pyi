from requests.auth import AuthBase

class HttpCredSSPAuth(AuthBase):
    def __init__(
        self,
        username: str,
        password: str,
        auth_mechanism: str = ...,
        disable_tlsv1_2: bool = ...,
        minimum_version: int = ...,
    ) -> None: ...
