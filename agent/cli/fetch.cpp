// SPDX-License-Identifier: Apache-2.0
// HTTPS by Boost.Beast.
#include "agent/cli/fetch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <chrono>
#include <memory>
#include <regex>

namespace kuzet::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr auto patience = std::chrono::seconds(30);
constexpr int most_redirects = 5;

struct Url {
  std::string host, port = "443", target = "/";
};

Result<Url> parse(const std::string& text) {
  static const std::regex form(R"(https://([A-Za-z0-9.-]+)(:([0-9]{1,5}))?(/[^\s#]*)?(#.*)?)");
  std::smatch match;
  if (!std::regex_match(text, match, form)) return Error{Code::io, text + ": only https:// addresses are loaded"};
  Url out;
  out.host = match[1];
  if (match[3].matched) out.port = match[3];
  if (match[4].matched) out.target = match[4];
  return out;
}

/// One request and its answer.
class Exchange {
 public:
  Exchange(const Wanted& wanted, Url url) : wanted_(wanted), url_(std::move(url)) {}

  /// The body, or where to go on.
  struct Answer {
    std::string body;
    std::string location;
  };

  Result<Answer> run() {
    if (auto ready = trust(); !ready) return ready.error();
    stream_ = std::make_unique<Stream>(io_, context_);
    stream_->set_verify_mode(asio::ssl::verify_peer);
    stream_->set_verify_callback(asio::ssl::host_name_verification(url_.host));
    // What SSL_set_tlsext_host_name stands for, without its cast.
    if (SSL_ctrl(stream_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, url_.host.data()) != 1)
      return fault("TLS cannot be set up");
    if (auto connected = connect(); !connected) return connected.error();
    return ask();
  }

 private:
  using Stream = beast::ssl_stream<beast::tcp_stream>;

  [[nodiscard]] Error fault(const std::string& why) const { return {Code::io, url_.host + ": " + why}; }
  [[nodiscard]] Error fault(const std::string& what, const error_code& error) const {
    return fault(what + ": " + (error == beast::error::timeout ? "no answer within 30 s" : error.message()));
  }

  Result<> trust() {
    error_code failed;
    if (wanted_.ca.empty())
      context_.set_default_verify_paths(failed);
    else
      context_.load_verify_file(wanted_.ca.string(), failed);
    if (failed)
      return Error{Code::io, (wanted_.ca.empty() ? "the system's authorities" : wanted_.ca.string()) + ": " + failed.message()};
    return {};
  }

  /// Waits for one asynchronous operation, which the stream's own timer ends.
  template <class Start>
  error_code wait(const Start& start) {
    error_code out = asio::error::timed_out;
    beast::get_lowest_layer(*stream_).expires_after(patience);
    start([&out](const error_code& error, const auto&...) { out = error; });
    io_.restart();
    io_.run();
    return out;
  }

  Result<> connect() {
    error_code failed;
    asio::ip::tcp::resolver resolver(io_);
    const auto places = resolver.resolve(url_.host, url_.port, failed);
    if (failed) return fault("name", failed);
    failed = wait([&](auto done) { beast::get_lowest_layer(*stream_).async_connect(places, done); });
    if (failed) return fault("connect", failed);
    failed = wait([&](auto done) { stream_->async_handshake(asio::ssl::stream_base::client, done); });
    if (failed) return fault("TLS", failed);
    return {};
  }

  Result<Answer> ask() {
    http::request<http::empty_body> request(http::verb::get, url_.target, 11);
    request.set(http::field::host, url_.port == "443" ? url_.host : url_.host + ":" + url_.port);
    request.set(http::field::user_agent, "kuzet");
    if (const auto failed = wait([&](auto done) { http::async_write(*stream_, request, done); })) return fault("ask", failed);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(wanted_.most);
    if (const auto failed = wait([&](auto done) { http::async_read_header(*stream_, buffer, parser, done); }))
      return failed == http::error::body_limit ? too_long() : fault("answer", failed);
    const auto& head = parser.get();
    if (const auto place = head.find(http::field::location); head.result_int() / 100 == 3 && place != head.end())
      return Answer{"", std::string(place->value())};
    if (head.result() != http::status::ok) return fault("answered " + std::to_string(head.result_int()));
    if (const auto length = parser.content_length(); length && wanted_.exactly && *length != *wanted_.exactly)
      return other_length(*length);
    while (!parser.is_done())
      if (const auto failed = wait([&](auto done) { http::async_read_some(*stream_, buffer, parser, done); }))
        return failed == http::error::body_limit ? too_long() : fault("the file is cut off", failed);
    auto& body = parser.get().body();
    if (wanted_.exactly && body.size() != *wanted_.exactly) return other_length(body.size());
    return Answer{std::move(body), ""};
  }

  [[nodiscard]] Error too_long() const { return fault("the file is longer than " + std::to_string(wanted_.most) + " bytes"); }
  [[nodiscard]] Error other_length(std::uint64_t length) const {
    return fault("the file has " + std::to_string(length) + " bytes instead of " + std::to_string(*wanted_.exactly));
  }

  const Wanted& wanted_;
  Url url_;
  asio::io_context io_{1};
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::unique_ptr<Stream> stream_;
};

}  // namespace

Result<std::string> fetch(const Wanted& wanted) {
  std::string place = wanted.url;
  for (int hops = 0; hops <= most_redirects; ++hops) {
    const auto url = parse(place);
    if (!url) return url.error();
    auto answer = Exchange(wanted, *url).run();
    if (!answer) return answer.error();
    if (answer->location.empty()) return std::move(answer->body);
    place = answer->location.starts_with('/') ? "https://" + url->host + ":" + url->port + answer->location : answer->location;
  }
  return Error{Code::io, wanted.url + ": more than five redirects"};
}

}  // namespace kuzet::cli
