from sanic import Blueprint


def blueprint() -> Blueprint:
    return Blueprint("console", url_prefix="/console")
