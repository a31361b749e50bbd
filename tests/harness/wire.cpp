// SPDX-License-Identifier: Apache-2.0
// The wire, by Asio.
#include "tests/harness/wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <future>

namespace kuzet::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t slow_part = 3200;  // bytes each 200 ms
constexpr auto flood_pause = 2ms;        // for each 16 kB: a firehose that left no processor would measure itself
constexpr unsigned garbled_each = 50;    // bytes

}  // namespace

/// Two sockets and what goes to and fro between them.
class Wire::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Wire& wire, tcp::socket from) : wire_(wire), near_(std::move(from)), far_(wire.io_) {}

  void begin() {
    far_.async_connect(wire_.to_, [self = shared_from_this()](const boost::system::error_code& error) {
      if (error) return self->close();
      self->pass(self->near_, self->far_, self->up_);
      self->pass(self->far_, self->near_, self->down_);
    });
  }

  void close() {
    boost::system::error_code gone;
    for (auto* socket : {&near_, &far_}) {
      socket->set_option(asio::socket_base::linger(true, 0), gone);  // a reset and no good-bye
      socket->close(gone);
    }
  }

 private:
  struct Way {
    explicit Way(asio::io_context& io) : wait(io) {}
    std::array<char, 16384> bytes{};
    asio::steady_timer wait;
  };

  void pass(tcp::socket& from, tcp::socket& to, Way& way) {
    const std::size_t part = wire_.state_ == State::slow ? slow_part : way.bytes.size();
    from.async_read_some(asio::buffer(way.bytes.data(), part), [this, self = shared_from_this(), &from, &to, &way](
                                                                   const boost::system::error_code& error, std::size_t count) {
      if (error) return close();
      hand_on(from, to, way, count);
    });
  }

  void hand_on(tcp::socket& from, tcp::socket& to, Way& way, std::size_t count) {
    if (wire_.state_ == State::silent)
      return wait(way, 50ms, [this, &from, &to, &way, count] { hand_on(from, to, way, count); });
    const auto write = [this, &from, &to, &way, count] {
      asio::async_write(
          to, asio::buffer(way.bytes.data(), count),
          [this, self = shared_from_this(), &from, &to, &way](const boost::system::error_code& error, std::size_t) {
            if (error) return close();
            pass(from, to, way);
          });
    };
    if (wire_.state_ == State::slow) return wait(way, 200ms, write);
    if (&to == &near_ && wire_.state_ == State::flooded) return flood(way);
    if (&to == &near_ && wire_.state_ == State::garbled) spoil(way, count, garbled_each);
    write();
  }

  void spoil(Way& way, std::size_t count, unsigned each) {
    for (std::size_t i = 0; i < count; ++i)
      if (wire_.chance_() % each == 0) way.bytes[i] = static_cast<char>(wire_.chance_());
  }

  void flood(Way& way) {
    if (wire_.state_ != State::flooded) return pass(far_, near_, way);
    spoil(way, way.bytes.size(), 1);
    asio::async_write(near_, asio::buffer(way.bytes), [this, self = shared_from_this(), &way](const auto& error, std::size_t) {
      if (error) return close();
      wait(way, flood_pause, [this, &way] { flood(way); });
    });
  }

  template <class Then>
  void wait(Way& way, std::chrono::milliseconds length, Then then) {
    way.wait.expires_after(length);
    way.wait.async_wait([this, self = shared_from_this(), then](const boost::system::error_code& error) {
      if (!error && near_.is_open()) then();
    });
  }

  Wire& wire_;
  tcp::socket near_, far_;
  Way up_{wire_.io_}, down_{wire_.io_};
};

Wire::Wire(int to)
    : guard_(io_.get_executor()), to_(asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(to)), acceptor_(io_) {
  bind();
  accept();
  thread_ = std::thread([this] { io_.run(); });
}

Wire::~Wire() {
  io_.stop();
  thread_.join();
}

/// The port stays ours while nobody listens: a bound socket that does not listen refuses, and no other program gets its number.
void Wire::bind() {
  const tcp::endpoint here(asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(port_));
  acceptor_.open(tcp::v4());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  acceptor_.bind(here);
  port_ = acceptor_.local_endpoint().port();
}

void Wire::accept() {
  acceptor_.listen();
  take_next();
}

void Wire::take_next() {
  acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (error) return;
    auto session = std::make_shared<Session>(*this, std::move(socket));
    std::erase_if(sessions_, [](const auto& one) { return one.expired(); });
    sessions_.push_back(session);
    session->begin();
    take_next();
  });
}

void Wire::close_all() {
  for (const auto& one : sessions_)
    if (const auto session = one.lock()) session->close();
}

void Wire::set(State state) {
  std::promise<void> done;
  asio::post(io_, [&] {
    const bool was_closed = state_ == State::refused;
    state_ = state;
    if (state == State::refused) {
      boost::system::error_code gone;
      acceptor_.close(gone);
      bind();
      close_all();
    } else if (was_closed) {
      accept();
    }
    done.set_value();
  });
  done.get_future().wait();
}

void Wire::cut() {
  std::promise<void> done;
  asio::post(io_, [&] {
    close_all();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace kuzet::test
