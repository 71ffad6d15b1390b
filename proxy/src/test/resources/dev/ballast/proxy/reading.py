# Answers each request with what waitress made of it: method, target, host and body, in the field X-Reading.
import base64
import sys

import waitress


def application(environ, start_response):
    head = [environ["REQUEST_METHOD"], environ["REQUEST_URI"], environ.get("HTTP_HOST", ""), ""]
    reading = "\n".join(head).encode("latin1") + environ["wsgi.input"].read()
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"ok"
    reading = base64.b64encode(reading).decode()
    start_response("200 OK", [("X-Reading", reading), ("Content-Length", str(len(body)))])
    return [body]


waitress.serve(application, host="127.0.0.1", port=int(sys.argv[1]), threads=2)
