// SPDX-License-Identifier: Apache-2.0
// An HTTP camera for a test: a stream of JPEGs (multipart) and single ones, with a password and with faults.
#pragma once

#include "tests/cameras/film.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace kuzet::test {

struct HttpCameraSettings {
  std::string film = "mjpeg:640x360@10";
  std::string user = {};  ///< empty: everybody may look
  std::string password = {};
};

/// Serves /video.mjpg and /still.jpg on a port of its own of 127.0.0.1, on a thread of its own. Throws std::runtime_error when
/// the film cannot be made.
class HttpCamera {
 public:
  enum class Fault {
    none,
    silent,   ///< connections are taken and stand, nothing comes
    garbage,  ///< pictures are noise
    gone,     ///< streams end, and then 404
    page,     ///< 200 and a page of HTML: what a camera says that wants to be set up
    ends,     ///< each stream ends after a picture
  };
  explicit HttpCamera(HttpCameraSettings settings = {});
  ~HttpCamera();
  HttpCamera(const HttpCamera&) = delete;
  HttpCamera& operator=(const HttpCamera&) = delete;

  [[nodiscard]] std::string url(const std::string& path, const std::string& who = {}) const {
    return "http://" + who + "127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int port() const { return port_; }
  void set(Fault fault) { fault_ = fault; }
  [[nodiscard]] int requests() const { return requests_; }
  /// Streams that run now.
  [[nodiscard]] int streams() const { return streams_; }

 private:
  class Session;
  void take_next();

  HttpCameraSettings settings_;
  Film film_;
  std::string permit_;  // the header line of who may look
  std::atomic<Fault> fault_ = Fault::none;
  std::atomic<int> requests_ = 0, streams_ = 0;  // sessions, which end with io_, still count
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int port_;
  std::thread thread_;
};

}  // namespace kuzet::test
