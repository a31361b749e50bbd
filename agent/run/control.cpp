// SPDX-License-Identifier: Apache-2.0
// The status socket and its client.
#include "agent/run/control.hpp"

#include <sys/stat.h>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace kuzet::run {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

constexpr std::size_t longest_path = 107;  // sockaddr_un (unix(7)), without its zero
constexpr auto patience = std::chrono::seconds(5);

std::filesystem::path socket_in(const std::filesystem::path& folder) { return folder / "control.sock"; }

class Server final : public Control {
 public:
  Server(asio::io_context& io, std::filesystem::path path, std::function<std::string()> status)
      : acceptor_(io, Protocol::endpoint(path.string())), path_(std::move(path)), status_(std::move(status)) {
    ::chmod(path_.c_str(), 0660);
    accept();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override {
    std::error_code gone;
    std::filesystem::remove(path_, gone);
  }

 private:
  struct Visit {
    explicit Visit(Protocol::socket with) : socket(std::move(with)), limit(socket.get_executor()) {}
    Protocol::socket socket;
    asio::steady_timer limit;  // somebody who does not read is shown out
    std::string text;
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Protocol::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) answer(std::make_shared<Visit>(std::move(socket)));
      accept();
    });
  }

  void answer(const std::shared_ptr<Visit>& visit) {
    visit->text = status_() + "\n";
    visit->limit.expires_after(patience);
    visit->limit.async_wait([visit](const boost::system::error_code& error) {
      boost::system::error_code closed;
      if (!error) visit->socket.close(closed);
    });
    asio::async_write(visit->socket, asio::buffer(visit->text), [visit](const boost::system::error_code&, std::size_t) {
      visit->limit.cancel();  // whoever went away does not want it any more
    });
  }

  Protocol::acceptor acceptor_;
  std::filesystem::path path_;
  std::function<std::string()> status_;
};

}  // namespace

Result<std::unique_ptr<Control>> Control::open(asio::io_context& io, const std::filesystem::path& folder,
                                               std::function<std::string()> status) {
  const auto path = socket_in(folder);
  if (path.string().size() > longest_path)
    return Error{Code::io, path.string() + ": longer than a socket's name may be; there is no `kuzet status`"};
  std::error_code none;
  std::filesystem::remove(path, none);  // of an agent that was killed: the folder is ours
  try {
    return std::unique_ptr<Control>(std::make_unique<Server>(io, path, std::move(status)));
  } catch (const boost::system::system_error& refused) {
    return Error{Code::io, path.string() + ": " + refused.code().message()};
  }
}

Result<std::string> ask_status(const std::filesystem::path& folder) {
  asio::io_context io;
  Protocol::socket socket(io);
  boost::system::error_code error;
  if (socket_in(folder).string().size() > longest_path) return Error{Code::io, folder.string() + ": too long for a socket"};
  socket.connect(Protocol::endpoint(socket_in(folder).string()), error);
  if (error) return Error{Code::io, "no agent answers on " + folder.string() + ": " + error.message()};
  std::string text;
  boost::system::error_code ended = asio::error::would_block;
  asio::async_read(socket, asio::dynamic_buffer(text), [&](const boost::system::error_code& how, std::size_t) { ended = how; });
  io.run_for(patience);
  if (ended != asio::error::eof) return Error{Code::io, "the agent on " + folder.string() + " does not answer"};
  return text;
}

}  // namespace kuzet::run
