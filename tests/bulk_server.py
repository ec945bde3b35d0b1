#!/usr/bin/env python3
"""bulk_server.py REFUSE - a stand-in for OpenSearch: takes PUT /INDEX and POST /INDEX/_bulk as its documentation has them, refuses rows that hold the word REFUSE, prints its port, then for each
request what it took. Not OpenSearch: it holds the requests to their form, no more."""
import http.server
import json
import sys

REFUSE = sys.argv[1] if len(sys.argv) > 1 else ""


class Bulk(http.server.BaseHTTPRequestHandler):
    def answer(self, status, what):
        body = json.dumps(what, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def do_PUT(self):
        mapping = json.loads(self.body())["mappings"]["properties"]
        print("index", self.path, mapping["data"]["enabled"], flush=True)
        self.answer(200, {"acknowledged": True})

    def do_POST(self):
        text = self.body()
        lines = text.split("\n")
        if self.headers["Content-Type"] != "application/x-ndjson" or lines.pop() != "" or len(lines) % 2:
            self.answer(400, {"error": "a bulk request is pairs of lines, each ended"})
            return
        items, refused = [], 0
        for action, row in zip(lines[::2], lines[1::2]):
            assert json.loads(action) == {"index": {}}
            json.loads(row)["datetime"]
            if REFUSE and REFUSE in row:
                refused += 1
                items.append({"index": {"error": {"type": "mapper_parsing_exception", "reason": "failed to parse"}}})
        print("rows", len(lines) // 2, refused, flush=True)
        self.answer(200, {"errors": refused > 0, "items": items} if refused else {"errors": False})

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Bulk)
print(server.server_port, flush=True)
server.serve_forever()
