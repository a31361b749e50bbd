// SPDX-License-Identifier: Apache-2.0
// HTTP and HTTPS requests by Boost.Beast.
#include "drivers/net/call.hpp"

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

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

namespace kuzet::drivers::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using Plain = beast::tcp_stream;
using Secured = beast::ssl_stream<beast::tcp_stream>;

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

std::string hexadecimal(const unsigned char* bytes, unsigned length) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) (out += digits[bytes[i] >> 4U]) += digits[bytes[i] & 15U];
  return out;
}

/// Whether the peer's certificate, or its public key, has this hash.
bool has_pin(SSL* peer, const std::string& pin) {
  const std::unique_ptr<X509, decltype(&X509_free)> paper(SSL_get1_peer_certificate(peer), X509_free);
  if (!paper) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  if (X509_digest(paper.get(), EVP_sha256(), hash.data(), &length) == 1 && hexadecimal(hash.data(), length) == pin) return true;
  unsigned char* bytes = nullptr;  // the SubjectPublicKeyInfo, as RFC 7469 pins it
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(paper.get()), &bytes);
  if (size <= 0) return false;
  const bool hashed = EVP_Digest(bytes, static_cast<std::size_t>(size), hash.data(), &length, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(bytes);
  return hashed && hexadecimal(hash.data(), length) == pin;
}

/// Loads what the connection needs; the sentence names the file.
Result<> load(asio::ssl::context& context, const Trust& trust) {
  error_code failed;
  if (!trust.ca_text.empty())
    context.add_certificate_authority(asio::buffer(trust.ca_text), failed);
  else
    trust.ca.empty() ? context.set_default_verify_paths(failed) : context.load_verify_file(trust.ca, failed);
  if (failed) return Error{Code::io, "ca: " + trust.ca + ": " + failed.message()};
  if (trust.identity.empty()) return {};
  context.use_certificate_chain_file(trust.identity, failed);
  if (!failed) context.use_private_key_file(trust.identity, asio::ssl::context::pem, failed);
  if (failed) return Error{Code::io, trust.identity + ": " + failed.message()};
  return {};
}

class Exchange {
 public:
  Exchange(const Call& call, const std::stop_token& stop, bool whole) : call_(call), stop_(stop), whole_(whole) {
    patience_.begin(call.timeout, stop);
  }

  Result<Answer> run() {
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

  Result<Answer> plain(const std::vector<tcp::endpoint>& places) {
    Plain stream(io_);
    if (const auto failed = wait(stream, [&](auto done) { stream.async_connect(places, done); }))
      return fault("connect", failed);
    return ask(stream, stream);
  }

  Result<Answer> secured(const std::vector<tcp::endpoint>& places) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    if (auto loaded = load(context, call_.trust); !loaded) return loaded.error();
    Secured stream(io_, context);
    const auto& pin = call_.trust.pin;
    stream.set_verify_mode(pin.empty() ? asio::ssl::verify_peer : asio::ssl::verify_none);  // a pin is looked at below
    stream.set_verify_callback(asio::ssl::host_name_verification(call_.url.host));
    // What SSL_set_tlsext_host_name stands for, without its cast; an address is no name (RFC 6066, section 3).
    std::string name = call_.url.host;
    if (!numeric(name) &&
        SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1)
      return Error{Code::io, "TLS cannot be set up"};
    auto& lowest = beast::get_lowest_layer(stream);
    if (const auto failed = wait(lowest, [&](auto done) { lowest.async_connect(places, done); }))
      return fault("connect", failed);
    if (const auto failed = wait(lowest, [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); }))
      return distrust(stream.native_handle(), fault("TLS", failed));
    if (!pin.empty() && !has_pin(stream.native_handle(), pin))
      return Error{Code::io, "TLS: neither the certificate nor its public key has the SHA-256 that was given"};
    return ask(stream, lowest);
  }

  /// With the reason for which a certificate is not believed, where that is the failure.
  static Error distrust(SSL* peer, Error fault) {
    const auto reason = SSL_get_verify_result(peer);
    if (reason != X509_V_OK) fault.what += std::string(": ") + X509_verify_cert_error_string(reason);
    return fault;
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
  Result<Answer> ask(Stream& stream, Plain& lowest) {
    const auto asked = request();
    if (const auto failed = wait(lowest, [&](auto done) { beast::http::async_write(stream, asked, done); }))
      return fault("ask", failed);
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(call_.most_answer);
    // Often the status is all that counts: many a device closes the connection in the middle of its answer.
    auto failed = wait(lowest, [&](auto done) { beast::http::async_read_header(stream, buffer, parser, done); });
    if (!failed && whole_) failed = wait(lowest, [&](auto done) { beast::http::async_read(stream, buffer, parser, done); });
    if (failed == beast::http::error::body_limit)
      return Error{Code::io, "the answer is longer than " + std::to_string(call_.most_answer) + " bytes"};
    if (failed) return fault("answer", failed);
    return Answer{parser.get().result_int(), std::move(parser.get().body())};
  }

  const Call& call_;
  const std::stop_token& stop_;
  bool whole_;  // the body is wanted
  av::Patience patience_;
  asio::io_context io_{1};
};

}  // namespace

Result<Answer> ask(const Call& call, const std::stop_token& stop) {
  auto answer = Exchange(call, stop, true).run();
  if (!answer) return std::move(answer).error().within(call.url.site());
  return answer;
}

Result<> make(const Call& call, const std::stop_token& stop) {
  const auto answer = Exchange(call, stop, false).run();
  if (!answer) return answer.error().within(call.url.site());
  const auto status = answer->status;
  if (status / 100 == 2) return {};
  return Error{Code::io, call.url.site() + ": answered " + std::to_string(status) +
                             (status / 100 == 3 ? ", and redirects are not followed" : "")};
}

}  // namespace kuzet::drivers::net
