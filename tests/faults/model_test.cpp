// SPDX-License-Identifier: Apache-2.0
// K7: `kuzet model` believes no file, no server and no address that is not what it should be, and leaves nothing half done.
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/certificates.hpp"
#include "tests/harness/onnx.hpp"

#include <cstdlib>

using namespace kuzet;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

constexpr auto published_bytes = "3800954";

/// A web server that answers each address in its own wrong way.
constexpr auto server_text = R"(import http.server, ssl, sys, os
folder, certificate, key = sys.argv[1:4]
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def go(self, place):
        self.send_response(302); self.send_header('Location', place); self.send_header('Content-Length', '0'); self.end_headers()
    def give(self, data, length):
        self.send_response(200); self.send_header('Content-Length', str(length)); self.end_headers(); self.wfile.write(data)
    def do_GET(self):
        size = 3800954
        if self.path == '/loop': return self.go('/loop')
        if self.path == '/plain': return self.go('http://localhost:1/x')
        if self.path == '/moved': return self.go('/good')
        if self.path == '/zeros': return self.give(bytes(size), size)
        if self.path == '/short': return self.give(b'x' * 100, 100)
        if self.path == '/long': return self.give(bytes(size + 1), size + 1)
        if self.path == '/cut': return self.give(bytes(size // 2), size)
        if self.path == '/good' and os.environ.get('KUZET_MODEL'): return self.give(open(os.environ['KUZET_MODEL'], 'rb').read(), size)
        if self.path == '/endless':
            self.send_response(200); self.end_headers()
            try:
                while True: self.wfile.write(bytes(65536))
            except OSError: return
        self.send_error(404)
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
open(folder + '/port.part', 'w').write(str(server.server_port)); os.rename(folder + '/port.part', folder + '/port')
server.serve_forever()
)";

class Server {
 public:
  explicit Server(const Certificate& certificate) {
    write_text(folder_ / "server.py", server_text);
    process_.emplace(Process({"python3", (folder_ / "server.py").string(), folder_.path().string(), certificate.file.string(),
                              certificate.key.string()},
                             folder_ / "log"));
    REQUIRE(eventually([&] { return std::filesystem::exists(folder_ / "port"); }, 20s));
  }
  [[nodiscard]] std::string at(const std::string& path) const {
    return "https://localhost:" + read_text(folder_ / "port") + path;
  }

 private:
  TempFolder folder_;
  std::optional<Process> process_;
};

Ran model(const TempFolder& folder, std::vector<std::string> words) {
  words.insert(words.begin(), "model");
  words.insert(words.end(), {"--dir", (folder / "models").string()});
  return run_kuzet(words);
}

bool nothing_left(const TempFolder& folder) {
  std::error_code absent;
  return !std::filesystem::exists(folder / "models") || std::filesystem::is_empty(folder / "models", absent);
}

}  // namespace

TEST_CASE("a model is added, listed with what is known of it, and removed", "[K7][faults]") {
  const TempFolder folder;
  write_text(folder / "My Net.onnx", onnx_detector({true, 64, {}}));
  const auto added = model(folder, {"add", (folder / "My Net.onnx").string(), "--licence", "MIT"});
  INFO(added.errors);
  CHECK(added.code == 0);
  CHECK(contains(added.errors, "my-net.onnx: yolox"));
  const auto lines = json_lines(model(folder, {"list", "--json"}).output);
  REQUIRE(lines.size() == 1);
  CHECK(word(lines[0], "name") == "my-net");
  CHECK(word(lines[0], "licence") == "MIT");
  CHECK(word(lines[0], "layout") == "yolox");
  CHECK(word(lines[0], "sha256").size() == 64);
  CHECK(lines[0].at("sound") == true);
  CHECK(lines[0].contains("measured_ms"));
  write_text(folder / "models" / "my-net.onnx", "something else");
  CHECK(contains(model(folder, {"list"}).output, "DAMAGED"));
  CHECK(model(folder, {"remove", "my-net"}).code == 0);
  CHECK(nothing_left(folder));
  check_refused(model(folder, {"remove", "my-net"}), 1, {"no model \"my-net\""});
}

TEST_CASE("a file that is no detector is not added", "[K7][faults]") {
  const TempFolder folder;
  write_text(folder / "words.onnx", "no model at all, only words");
  check_refused(model(folder, {"add", (folder / "words.onnx").string()}), 1, {"this is no ONNX file"});
  check_refused(model(folder, {"add", (folder / "absent.onnx").string()}), 1, {"absent.onnx"});
  const std::string good = onnx_detector({false, 64, {}});
  write_text(folder / "cut.onnx", good.substr(0, good.size() / 2));
  check_refused(model(folder, {"add", (folder / "cut.onnx").string()}), 1, {"damaged"});
  check_refused(model(folder, {"get", "nanodte"}), 2, {"did you mean \"nanodet\"?"});
  check_refused(model(folder, {"remove", "../x"}), 2, {"is no name"});
  CHECK(nothing_left(folder));
}

TEST_CASE("what a server gives is believed only when it is the published file", "[K7][faults]") {
  const TempFolder folder;
  Authority authority;
  const Server server(authority.sign({}));
  const auto get = [&](const std::string& path) {
    return model(folder, {"get", "nanodet", "--from", server.at(path), "--ca", authority.file().string()});
  };
  check_refused(get("/zeros"), 1, {"not the one that was published"});
  check_refused(get("/short"), 1, {"100 bytes instead of", published_bytes});
  check_refused(get("/long"), 1, {published_bytes});
  check_refused(get("/endless"), 1, {"longer than", published_bytes});
  check_refused(get("/cut"), 1, {"cut off"});
  check_refused(get("/absent"), 1, {"answered 404"});
  check_refused(get("/plain"), 1, {"only https://"});
  check_refused(get("/loop"), 1, {"more than five redirects"});
  CHECK(nothing_left(folder));
  if (std::getenv("KUZET_MODEL") == nullptr) return;
  CHECK(get("/moved").code == 0);
  const auto lines = json_lines(model(folder, {"list", "--json"}).output);
  REQUIRE(lines.size() == 1);
  CHECK(word(lines[0], "licence") == "Apache-2.0");
}

TEST_CASE("a server that cannot prove its name is not asked", "[K7][faults]") {
  const TempFolder folder;
  Authority authority, stranger;
  const Server unknown(stranger.sign({})), other(authority.sign({.names = "DNS:elsewhere.example"}));
  for (const Server* server : {&unknown, &other})
    check_refused(model(folder, {"get", "nanodet", "--from", server->at("/zeros"), "--ca", authority.file().string()}), 1,
                  {"TLS", "certificate"});
  check_refused(model(folder, {"get", "nanodet", "--from", "http://localhost/x"}), 1, {"only https://"});
  CHECK(nothing_left(folder));
}
