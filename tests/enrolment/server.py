#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# A city's enrolment service for tests: issues certificates for requests, each token once, and has the faults that a test asks for.
"""Usage: server.py FOLDER [--life SECONDS]

Makes its authority and its own certificate in FOLDER with the openssl program, writes its port into FOLDER/port, and then serves
  POST /enrol        with `Authorization: Bearer TOKEN`
  POST /enrol/renew  with a client certificate that the authority signed
  POST /FAULT/...    the same with a fault: see faults below
FOLDER/tokens holds the tokens, FOLDER/servers the brokers, one a line; FOLDER/fault holds the name of a fault of all answers, and may be written at any time.
Every request is a line of FOLDER/requests (JSON: path, status, key, subject). Python's standard library and openssl, nothing else.
"""
import argparse
import datetime
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import threading
import time

FAULTS = ("hang", "slow", "500", "403", "302", "garbage", "truncated", "huge", "other_key", "expired", "early", "wrong_name", "mqtt",
          "other_node", "array", "no_node", "authority_cert")


def openssl(*words, text=None):
    ran = subprocess.run(["openssl", *map(str, words)], input=text, capture_output=True, check=False)
    if ran.returncode:
        raise ValueError(ran.stderr.decode(errors="replace"))
    return ran.stdout


class City:
    def __init__(self, options):
        self.folder = pathlib.Path(options.folder)
        self.life = options.life
        self.lock = threading.Lock()
        self.issued = {}  # token -> public key and answer: the same key is answered again
        self.ca, self.ca_key = self.folder / "ca.pem", self.folder / "ca.key"
        if not self.ca.exists():
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.ca_key, "-out",
                    self.ca, "-subj", "/CN=Test city", "-days", "2")
            self.make_own("server", "localhost")

    def make_own(self, name, host):
        request = self.folder / f"{name}.csr"
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.folder / f"{name}.key",
                "-out", request, "-subj", f"/CN={host}")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:{host},IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial", "-days", "2", "-extfile",
                extensions, "-out", self.folder / f"{name}.pem")

    def fault(self, path):
        first = path.split("/")[1]
        said = self.folder / "fault"
        return first if first in FAULTS else said.read_text().strip() if said.exists() else ""

    def sign(self, csr, owner, fault):
        """A certificate to the second, which `openssl x509` cannot do: `openssl ca` can."""
        now = datetime.datetime.now(datetime.timezone.utc)
        begin, end = now - datetime.timedelta(seconds=5), now + datetime.timedelta(seconds=self.life)
        if fault == "expired":
            begin, end = now - datetime.timedelta(hours=2), now - datetime.timedelta(hours=1)
        if fault == "early":
            begin, end = now + datetime.timedelta(days=365), now + datetime.timedelta(days=730)
        place = self.folder / f"sign-{threading.get_ident()}-{time.monotonic_ns()}"
        place.mkdir()
        (place / "index.txt").touch()
        (place / "new").mkdir()
        purpose = "basicConstraints=CA:TRUE" if fault == "authority_cert" else "extendedKeyUsage=clientAuth"
        (place / "ca.conf").write_text(
            f"[ca]\ndefault_ca=c\n[c]\ndatabase={place}/index.txt\nnew_certs_dir={place}/new\nrand_serial=yes\ndefault_md=sha256\n"
            f"policy=p\nunique_subject=no\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\n{purpose}\n")
        form = "%Y%m%d%H%M%SZ"
        return openssl("ca", "-batch", "-notext", "-config", place / "ca.conf", "-cert", self.ca, "-keyfile", self.ca_key, "-subj",
                       f"/CN={owner}", "-startdate", begin.strftime(form), "-enddate", end.strftime(form), "-in", "/dev/stdin",
                       text=csr.encode()).decode()

    def answer(self, csr, fault):
        if fault == "other_key":
            csr = openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj",
                          "/CN=other").decode()
        node = "n99" if fault == "other_node" else "n42"
        owner = "somebody" if fault == "wrong_name" else node
        out = {"schema": "kuzet.enrolled/1", "certificate": self.sign(csr, owner, fault) + self.ca.read_text(),
               "authority": self.ca.read_text(), "node": node, "site": "landfill-7",
               "servers": ["mqtt://127.0.0.1:1883"] if fault == "mqtt" else self.words("servers")}
        if fault == "no_node":
            del out["node"]
        return [out] if fault == "array" else out

    def words(self, name):
        return (self.folder / name).read_text().split() if (self.folder / name).exists() else []

    def enrol(self, token, request, fault):
        csr = request["csr"]
        openssl("req", "-verify", "-noout", "-in", "/dev/stdin", text=csr.encode())
        key = openssl("req", "-pubkey", "-noout", "-in", "/dev/stdin", text=csr.encode()).decode()
        with self.lock:
            if token not in self.words("tokens"):
                return 403, {"why": "the token is not known"}
            if token in self.issued and self.issued[token][0] != key:
                return 409, {"why": "the token was used by another board"}
            if token not in self.issued or fault:
                out = self.answer(csr, fault)
                if fault:
                    return 200, out
                self.issued[token] = (key, out)
            return 200, self.issued[token][1]

    def renew(self, peer, request, fault):
        owner = dict(one[0] for one in peer.get("subject", ())).get("commonName") if peer else None
        if owner != "n42":
            return 401, {"why": "a board's certificate is needed"}
        return 200, self.answer(request["csr"], fault)


def handler_for(city):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def note(self, status, request):
            csr = request.get("csr", "") if isinstance(request, dict) else ""
            line = {"path": self.path, "status": status, "request": {k: v for k, v in request.items() if k != "csr"}}
            try:
                line["subject"] = openssl("req", "-noout", "-subject", "-in", "/dev/stdin", text=csr.encode()).decode().strip()
                line["key"] = openssl("req", "-pubkey", "-noout", "-in", "/dev/stdin", text=csr.encode()).decode()
            except ValueError as why:
                line["fault"] = str(why)
            with city.lock, open(city.folder / "requests", "a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")

        def send(self, status, body, **fields):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def do_POST(self):
            fault = city.fault(self.path)
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if fault in ("hang", "slow"):
                time.sleep(600 if fault == "hang" else 2)
            simple = {"500": (500, b"<html>broken</html>"), "403": (403, b'{"why":"not you\\u001b[2J"}'), "garbage": (200, b"\x00\xff garbage"),
                      "huge": (200, b" " * (1 << 20))}
            if fault in simple:
                self.note(simple[fault][0], request)
                return self.send(*simple[fault])
            if fault == "302":
                return self.send(302, b"", Location="https://127.0.0.1:1/elsewhere")
            try:
                if self.path.endswith("/renew"):
                    status, out = city.renew(self.connection.getpeercert(), request, fault)
                else:
                    token = re.fullmatch("Bearer (.*)", self.headers.get("Authorization", "")) or [None, ""]
                    status, out = city.enrol(token[1], request, fault)
            except (ValueError, KeyError) as why:
                status, out = 400, {"why": str(why)}
            self.note(status, request)
            body = json.dumps(out).encode()
            if fault == "truncated":
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:len(body) // 2])
                self.close_connection = True
                return None
            return self.send(status, body)

    return Handler


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, city):
        super().__init__(("127.0.0.1", 0), handler_for(city))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(city.folder / "server.pem", city.folder / "server.key")
        self.context.load_verify_locations(city.ca)
        self.context.verify_mode = ssl.CERT_OPTIONAL

    def finish_request(self, request, client_address):
        """The handshake in the connection's own thread: one who hangs keeps nobody else out."""
        try:
            with self.context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except OSError:
            pass  # one who does not believe us, or hangs up


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder")
    arguments.add_argument("--life", type=int, default=86400)
    city = City(arguments.parse_args())
    server = Server(city)
    (city.folder / "port.part").write_text(str(server.server_address[1]))
    os.rename(city.folder / "port.part", city.folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    main()
