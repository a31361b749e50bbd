// SPDX-License-Identifier: Apache-2.0
// The HTTP camera, by Asio.
#include "tests/cameras/http_camera.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/detail/base64.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto look_again = 20ms;  // while silent

std::string base64(const std::string& text) {
  namespace how = boost::beast::detail::base64;
  std::string out(how::encoded_size(text.size()), '\0');
  out.resize(how::encode(out.data(), text.data(), text.size()));
  return out;
}

std::string answer(const std::string& status, const std::string& type, const std::string& body, const std::string& more = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "Connection: close\r\n\r\n" + body;
}

}  // namespace

/// One request, and what follows it.
class HttpCamera::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(HttpCamera& camera, tcp::socket socket) : camera_(camera), socket_(std::move(socket)), pause_(camera.io_) {}
  ~Session() { camera_.streams_ -= streams_ ? 1 : 0; }

  void begin() {
    asio::async_read_until(socket_, asio::dynamic_buffer(request_, 65'536), "\r\n\r\n",
                           [self = shared_from_this()](const auto& error, std::size_t) {
                             if (!error) self->serve();
                           });
  }

 private:
  void serve() {
    ++camera_.requests_;
    const auto fault = camera_.fault_.load();
    if (fault == Fault::silent) return later(look_again, &Session::serve_again);
    if (!camera_.permit_.empty() && request_.find(camera_.permit_) == std::string::npos)
      return last(answer("401 Unauthorized", "text/plain", "no", "WWW-Authenticate: Basic realm=\"camera\"\r\n"));
    if (fault == Fault::page) return last(answer("200 OK", "text/html", "<html><body>Please choose a password</body></html>"));
    if (fault != Fault::gone && request_.starts_with("GET /still.jpg")) return last(answer("200 OK", "image/jpeg", picture()));
    if (fault == Fault::gone || !request_.starts_with("GET /video.mjpg"))
      return last(answer("404 Not Found", "text/plain", "no such picture"));
    streams_ = true;
    ++camera_.streams_;
    write("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n", &Session::send_next);
  }

  void serve_again() {
    --camera_.requests_;
    serve();
  }

  void send_next() {
    const auto fault = camera_.fault_.load();
    if (fault == Fault::silent) return later(look_again, &Session::send_next);
    if ((fault == Fault::ends || fault == Fault::gone) && next_ > 0) return;
    const std::string body = picture();
    write("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body + "\r\n",
          &Session::rest);
  }

  void rest() {
    due_ +=
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(1 / camera_.film_.rate));
    later(std::max<std::chrono::steady_clock::duration>(due_ - std::chrono::steady_clock::now(), 0ms), &Session::send_next);
  }

  std::string picture() {
    const auto& bytes = camera_.film_.pictures[next_++ % camera_.film_.pictures.size()].bytes;
    std::string out(bytes.begin(), bytes.end());
    if (camera_.fault_ == Fault::garbage) std::ranges::fill(out, '\x5a');
    return out;
  }

  void write(std::string text, void (Session::*then)()) {
    text_ = std::move(text);
    asio::async_write(socket_, asio::buffer(text_), [self = shared_from_this(), then](const auto& error, std::size_t) {
      if (!error) ((*self).*then)();
    });
  }

  void last(std::string text) { write(std::move(text), &Session::done); }
  void done() {}

  void later(std::chrono::steady_clock::duration length, void (Session::*then)()) {
    pause_.expires_after(length);
    pause_.async_wait([self = shared_from_this(), then](const auto& error) {
      if (!error) ((*self).*then)();
    });
  }

  HttpCamera& camera_;
  tcp::socket socket_;
  asio::steady_timer pause_;
  std::string request_, text_;
  std::size_t next_ = 0;
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
  bool streams_ = false;
};

HttpCamera::HttpCamera(HttpCameraSettings settings)
    : settings_(std::move(settings)),
      film_(film(settings_.film)),
      permit_(settings_.user.empty() ? "" : "Authorization: Basic " + base64(settings_.user + ":" + settings_.password)),
      acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}),
      port_(acceptor_.local_endpoint().port()) {
  take_next();
  thread_ = std::thread([this] { io_.run(); });
}

HttpCamera::~HttpCamera() {
  io_.stop();
  thread_.join();
}

void HttpCamera::take_next() {
  acceptor_.async_accept([this](const auto& error, tcp::socket socket) {
    if (error) return;
    std::make_shared<Session>(*this, std::move(socket))->begin();
    take_next();
  });
}

}  // namespace kuzet::test
