// SPDX-License-Identifier: Apache-2.0
// The HTTP server by Boost.Beast: one thread, one request after the other on each connection.
#include "drivers/webhook/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <map>
#include <memory>
#include <sstream>

namespace kuzet::drivers::webhook {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::uint32_t most_header = 8 * 1024;
constexpr std::size_t most_buffered = 16 * 1024;  // what a client may send ahead
constexpr Duration answer_patience = 5s;
constexpr Duration linger = 1s;  // for a client that still sends: closed at once, it would never read its answer
constexpr std::size_t most_lingering = 256 * 1024;
constexpr Duration accept_again = 100ms;  // after a failure, such as too many open files

/// How many connections there are.
class House {
 public:
  explicit House(const Limits& limits) : limits_(limits) {}
  [[nodiscard]] bool has_room(const asio::ip::address& address) const {
    const auto found = guests_.find(address);
    return count_ < limits_.connections && (found == guests_.end() || found->second < limits_.of_one_address);
  }
  void comes(const asio::ip::address& address) { ++count_, ++guests_[address]; }
  void goes(const asio::ip::address& address) {
    --count_;
    const auto found = guests_.find(address);
    if (--found->second == 0) guests_.erase(found);
  }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  const Limits& limits_;
  std::size_t count_ = 0;
  std::map<asio::ip::address, std::size_t> guests_;
};

std::string text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const asio::ip::address& from, House& house, Desk& desk)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), from_(from), house_(house), desk_(desk) {
    house_.comes(from_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { house_.goes(from_); }

  void await() {
    parser_.emplace();
    parser_->header_limit(most_header);
    parser_->body_limit(boost::none);  // known when it is known for whom it is
    arm(house_.limits().header);
    http::async_read_header(socket_, buffer_, *parser_,
                            [self = shared_from_this()](const error_code& failed, std::size_t) { self->headed(failed); });
  }

 private:
  /// From now on, what is under way is ended after so long.
  void arm(Duration patience) {
    late_ = false;
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
      if (cancelled || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
      self->late_ = true;
      error_code ignored;  // a socket that is gone needs no cancelling
      self->socket_.cancel(ignored);
    });
  }

  void headed(const error_code& failed) {
    if (failed) return broken(failed);
    const auto admitted = desk_.admits(ask());
    if (const auto* refusal = std::get_if<Answer>(&admitted)) return answer(*refusal, parser_->is_done());
    whom_ = std::get<Admitted>(admitted);
    parser_->body_limit(whom_.most);
    arm(house_.limits().body);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) return go_on();
    read_body();
  }

  [[nodiscard]] Ask ask() const {
    const auto& head = parser_->get();
    Ask out{from_,
            text_of(head.method_string()),
            text_of(head.target()),
            text_of(head[http::field::authorization]),
            text_of(head["X-Token"]),
            text_of(head[http::field::content_type]),
            {}};
    out.path = out.path.substr(0, out.path.find('?'));
    if (const auto length = parser_->content_length()) out.length = *length;
    return out;
  }

  void go_on() {
    static const std::string line = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(line), [self = shared_from_this()](const error_code& failed, std::size_t) {
      if (!failed) self->read_body();
    });
  }

  void read_body() {
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](const error_code& failed, std::size_t) {
      if (failed) return self->broken(failed);
      const auto& request = self->parser_->get();
      self->answer(self->desk_.takes(self->whom_, text_of(request[http::field::content_type]), request.body()), true);
    });
  }

  /// What there is to say to a request that did not come to its end.
  void broken(const error_code& failed) {
    if (late_) return parser_->got_some() || buffer_.size() > 0 ? answer({408, "the request took too long"}, false) : close();
    if (failed == http::error::body_limit) return answer({413, "the body is too long"}, false);
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
      return answer({431, "the header fields are too long"}, false);
    if (failed == http::error::end_of_stream || failed == http::error::partial_message) return close();
    if (failed.category() == http::make_error_code(http::error::bad_method).category())
      return answer({400, "no HTTP request: " + failed.message()}, false);
    close();
  }

  void answer(const Answer& what, bool whole) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(what.status));
    response_.set(http::field::server, "kuzet");
    if (what.status == 401) response_.set(http::field::www_authenticate, "Bearer");
    if (what.status == 405) response_.set(http::field::allow, "POST, PUT");
    if (what.retry_after > 0) response_.set(http::field::retry_after, std::to_string(what.retry_after));
    // What answers a HEAD has no body: rather than that, the connection ends.
    response_.keep_alive(whole && parser_->get().keep_alive() && parser_->get().method() != http::verb::head);
    if (!what.text.empty()) {
      response_.set(http::field::content_type, "text/plain; charset=utf-8");
      response_.body() = what.text + "\n";
    }
    if (what.status != 204) response_.prepare_payload();
    arm(answer_patience);
    http::async_write(socket_, response_, [self = shared_from_this()](const error_code& failed, std::size_t) {
      if (failed) return self->close();
      self->response_.keep_alive() ? self->await() : self->part();
    });
  }

  /// Says that this was all, and listens a moment to what still comes.
  void part() {
    error_code failed;
    socket_.shutdown(tcp::socket::shutdown_send, failed);
    if (failed) return close();
    arm(linger);
    discard();
  }
  void discard() {
    socket_.async_read_some(asio::buffer(rest_), [self = shared_from_this()](const error_code& failed, std::size_t length) {
      self->discarded_ += length;
      failed || self->discarded_ > most_lingering ? self->close() : self->discard();
    });
  }

  void close() {
    timer_.cancel();
    error_code ignored;  // it is over either way
    socket_.close(ignored);
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  asio::ip::address from_;
  House& house_;
  Desk& desk_;
  beast::flat_buffer buffer_{most_buffered};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  Admitted whom_;
  bool late_ = false;
  std::array<char, 4096> rest_{};
  std::size_t discarded_ = 0;
};

class Server {
 public:
  Server(asio::io_context& io, const tcp::endpoint& where, House& house, Desk& desk)
      : acceptor_(io), again_(io), where_(where), house_(house), desk_(desk) {}

  Result<> listen() {
    error_code failed;
    acceptor_.open(where_.protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor_.bind(where_, failed);
    if (!failed) acceptor_.listen(tcp::acceptor::max_listen_connections, failed);
    if (!failed) return accept(), Result<>();
    std::ostringstream place;
    place << where_;
    return Error{Code::io, place.str() + ": " + failed.message()};
  }

 private:
  void accept() {
    acceptor_.async_accept(guest_, [this](const error_code& failed, tcp::socket socket) {
      if (!failed) {
        welcome(std::move(socket));
        return accept();
      }
      again_.expires_after(accept_again);
      again_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) accept();
      });
    });
  }

  void welcome(tcp::socket socket) {
    const auto from = guest_.address();
    error_code failed;
    if (house_.has_room(from)) return std::make_shared<Session>(std::move(socket), from, house_, desk_)->await();
    static const std::string full =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    socket.non_blocking(true, failed);
    if (!failed) (void)socket.write_some(asio::buffer(full), failed);
  }

  tcp::acceptor acceptor_;
  asio::steady_timer again_;
  tcp::endpoint where_, guest_;
  House& house_;
  Desk& desk_;
};

}  // namespace

Result<> serve(const tcp::endpoint& where, const Limits& limits, Desk& desk, const std::stop_token& stop) {
  House house(limits);  // outlives the sessions, which end with the context
  asio::io_context io(1);
  Server server(io, where, house, desk);
  if (auto listening = server.listen(); !listening) return listening;
  const std::stop_callback ended(stop, [&io] { io.stop(); });
  io.run();
  return {};
}

}  // namespace kuzet::drivers::webhook
