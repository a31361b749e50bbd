// SPDX-License-Identifier: Apache-2.0
// HTTP and HTTPS requests by Boost.Beast.
#include "drivers/http/call.hpp"

#include "drivers/av/lookup.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <memory>
#include <regex>

namespace kuzet::drivers::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using Plain = beast::tcp_stream;
using Secured = beast::ssl_stream<beast::tcp_stream>;

constexpr std::uint64_t most_answer = 64 * 1024;  // what a device says beyond that is not waited for

bool numeric(const std::string& host) {
  error_code failed;
  (void)asio::ip::make_address(host, failed);
  return !failed;
}

/// Where to connect; a look-up that hangs is left behind.
Result<std::vector<tcp::endpoint>> places_of(const Url& url, const av::Patience& patience) {
  std::vector<std::string> addresses{url.host};
  if (!numeric(url.host)) {
    auto found = av::look_up(url.host, patience);
    if (!found) return found.error();
    addresses = std::move(*found);
  }
  std::vector<tcp::endpoint> out;
  for (const auto& one : addresses) {
    error_code failed;
    const auto address = asio::ip::make_address(one, failed);
    if (!failed) out.emplace_back(address, static_cast<std::uint16_t>(std::stoul(url.port)));
  }
  if (out.empty()) return Error{Code::io, "no such host"};
  return out;
}

class Exchange {
 public:
  Exchange(const Call& call, const std::stop_token& stop) : call_(call), stop_(stop) { patience_.begin(call.timeout, stop); }

  Result<> run() {
    const auto places = places_of(call_.url, patience_);
    if (!places) return places.error();
    return call_.url.tls ? secured(*places) : plain(*places);
  }

 private:
  [[nodiscard]] Error fault(const std::string& what, const error_code& failed) const {
    if (stop_.stop_requested()) return {Code::busy, "stopped"};
    if (failed == beast::error::timeout || patience_.expired())
      return {Code::io, what + ": no answer within " + to_text(call_.timeout)};
    return {Code::io, what + ": " + failed.message()};
  }

  /// Waits for one asynchronous operation, until the deadline of the whole or until it is not wanted any more.
  template <class Start>
  error_code wait(Plain& stream, const Start& start) {
    error_code out = asio::error::timed_out;
    stream.expires_after(patience_.left());
    start([&out](const error_code& failed, const auto&...) { out = failed; });
    io_.restart();
    const std::stop_callback ended(stop_, [this, &stream] { asio::post(io_, [&stream] { stream.cancel(); }); });
    io_.run();
    return out;
  }

  Result<> plain(const std::vector<tcp::endpoint>& places) {
    Plain stream(io_);
    if (const auto failed = wait(stream, [&](auto done) { stream.async_connect(places, done); }))
      return fault("connect", failed);
    return ask(stream, stream);
  }

  Result<> secured(const std::vector<tcp::endpoint>& places) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    error_code failed;
    call_.ca.empty() ? context.set_default_verify_paths(failed) : context.load_verify_file(call_.ca, failed);
    if (failed) return Error{Code::io, "ca: " + call_.ca + ": " + failed.message()};
    Secured stream(io_, context);
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(call_.url.host));
    // What SSL_set_tlsext_host_name stands for, without its cast; an address is no name (RFC 6066, section 3).
    std::string name = call_.url.host;
    if (!numeric(name) &&
        SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1)
      return Error{Code::io, "TLS cannot be set up"};
    auto& lowest = beast::get_lowest_layer(stream);
    failed = wait(lowest, [&](auto done) { lowest.async_connect(places, done); });
    if (failed) return fault("connect", failed);
    failed = wait(lowest, [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
    if (failed) return fault("TLS", failed);
    return ask(stream, lowest);
  }

  [[nodiscard]] beast::http::request<beast::http::string_body> request() const {
    beast::http::request<beast::http::string_body> out;
    out.version(11);
    out.method_string(call_.method);
    out.target(call_.url.target);
    const bool usual = call_.url.port == (call_.url.tls ? "443" : "80");
    const auto host = call_.url.host.find(':') == std::string::npos ? call_.url.host : "[" + call_.url.host + "]";
    out.set(beast::http::field::host, usual ? host : host + ":" + call_.url.port);
    out.set(beast::http::field::user_agent, "kuzet");
    out.set(beast::http::field::connection, "close");
    for (const auto& [name, value] : call_.headers) out.set(name, value);
    out.body() = call_.body;
    if (!call_.body.empty() || call_.method != "GET") out.prepare_payload();
    return out;
  }

  template <class Stream>
  Result<> ask(Stream& stream, Plain& lowest) {
    const auto asked = request();
    if (const auto failed = wait(lowest, [&](auto done) { beast::http::async_write(stream, asked, done); }))
      return fault("ask", failed);
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(most_answer);
    // The status is all that counts: many a device closes the connection in the middle of its answer.
    if (const auto failed = wait(lowest, [&](auto done) { beast::http::async_read_header(stream, buffer, parser, done); }))
      return fault("answer", failed);
    const auto status = parser.get().result_int();
    if (status / 100 == 2) return {};
    return Error{Code::io,
                 "answered " + std::to_string(status) + (status / 100 == 3 ? ", and redirects are not followed" : "")};
  }

  const Call& call_;
  const std::stop_token& stop_;
  av::Patience patience_;
  asio::io_context io_{1};
};

}  // namespace

std::string Url::site() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (tls ? "https://" : "http://") + name + ":" + port;
}

Result<Url> parse_url(const std::string& text) {
  // No user: names and passwords have settings of their own. No blanks, which would end the request's line.
  static const std::regex form(R"((https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:([0-9]{1,5}))?((/|\?)[!-"$-~]*)?)");
  constexpr std::size_t longest = 2048;
  std::smatch match;
  if (text.size() > longest || !std::regex_match(text, match, form) || (match[4].matched && std::stoul(match[4]) > 65535))
    return Error{Code::config, "is no http:// or https:// address; names and passwords have settings of their own"};
  Url out;
  out.tls = match[1] == "https";
  out.host = match[2];
  if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
  out.port = match[4].matched ? std::string(match[4]) : out.tls ? "443" : "80";
  out.target = match[5];
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

Result<> make(const Call& call, const std::stop_token& stop) {
  auto done = Exchange(call, stop).run();
  if (!done) return std::move(done).error().within(call.url.site());
  return done;
}

}  // namespace kuzet::drivers::http
