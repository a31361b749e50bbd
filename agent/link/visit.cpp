// SPDX-License-Identifier: Apache-2.0
// A visit by Asio and OpenSSL, on an io_context that runs no longer than patience lasts.
#include "agent/link/visit.hpp"

#include "agent/link/tls.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>

namespace kuzet::link {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using boost::system::error_code;

/// What one step may take of the patience that is left.
class Steps {
 public:
  Steps(Duration patience, std::stop_token stop)
      : until_(std::chrono::steady_clock::now() + patience), stop_(std::move(stop)) {}
  [[nodiscard]] Duration left() const { return std::max(until_ - std::chrono::steady_clock::now(), Duration{}); }

  /// Begins something that ends by telling an error; `would_block` where the time was over first.
  template <class Begin>
  error_code run(asio::io_context& io, Duration limit, Begin begin) {
    error_code how = asio::error::would_block;
    begin([&how](const error_code& ended) { how = ended; });
    io.restart();
    const Steady end = std::chrono::steady_clock::now() + std::min(limit, left());
    while (how == asio::error::would_block && !stop_.stop_requested() && std::chrono::steady_clock::now() < end)
      io.run_until(std::min(end, std::chrono::steady_clock::now() + between_looks));
    return how;
  }

 private:
  static constexpr auto between_looks = std::chrono::milliseconds(50);  // at the wish to stop

  Steady until_;
  std::stop_token stop_;
};

std::string words(const error_code& error) { return error == asio::error::would_block ? "no answer" : error.message(); }

/// The first address that lets us in.
void reach(asio::io_context& io, tcp::socket& socket, const Target& target, Steps& steps, Visit& out) {
  const Steady began = std::chrono::steady_clock::now();
  std::size_t left = target.addresses.size();
  for (const auto& text : target.addresses) {
    error_code failed;
    const auto address = asio::ip::make_address(text, failed);
    if (failed) continue;
    socket = tcp::socket(io);  // one that is still trying is given up
    const tcp::endpoint there(address, static_cast<std::uint16_t>(target.port));
    // A name has addresses of both kinds where the network has a way for one of them alone: each gets its share of the time.
    const auto how = steps.run(io, steps.left() / left--, [&](auto done) { socket.async_connect(there, done); });
    out.connecting = std::chrono::steady_clock::now() - began;
    if (!how) return out.address = text, out.failure.clear(), void();
    if (out.failure.empty()) out.failure = words(how);
  }
  if (out.failure.empty()) out.failure = "no address";
}

void use_own(asio::ssl::context& tls, const Target& target) {
  error_code ignored;  // they were looked at before: unusable_file()
  target.ca.empty() ? tls.set_default_verify_paths(ignored) : tls.load_verify_file(target.ca, ignored);
  if (target.certificate.empty()) return;
  tls.set_password_callback([](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, ignored);
  tls.use_certificate_chain_file(target.certificate, ignored);
  tls.use_private_key_file(target.key, asio::ssl::context::pem, ignored);
}

void shake(asio::io_context& io, tcp::socket socket, const Target& target, Steps& steps, Visit& out) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  use_own(tls, target);
  asio::ssl::stream<tcp::socket> stream(std::move(socket), tls);
  error_code named;
  asio::ip::make_address(target.host, named);
  if (named)  // a server is told the name that it is asked by, never an address (RFC 6066, section 3); a macro casts in the old
              // style
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(target.host.c_str()));
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback([&out](bool believed, asio::ssl::verify_context& at) {
    if (!believed && out.distrust.empty())
      out.distrust = X509_verify_cert_error_string(X509_STORE_CTX_get_error(at.native_handle()));
    return true;  // nothing is said to this server: it is only looked at
  });
  const auto how =
      steps.run(io, steps.left(), [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
  if (how) out.failure = "TLS: " + words(how);
  out.protocol = SSL_get_version(stream.native_handle());
  const std::unique_ptr<X509, decltype(&X509_free)> paper(SSL_get1_peer_certificate(stream.native_handle()), X509_free);
  if (!paper) return;
  out.certificate = certificate_of(paper.get());
  out.right_name = is_for(paper.get(), target.host);
}

}  // namespace

Visit visit(const Target& target, Duration patience, const std::stop_token& stop) {
  Visit out;
  asio::io_context io;
  Steps steps(patience, stop);
  tcp::socket socket(io);
  reach(io, socket, target, steps, out);
  if (!out.address.empty() && target.tls) shake(io, std::move(socket), target, steps, out);
  forget_tls_errors();
  return out;
}

}  // namespace kuzet::link
