// SPDX-License-Identifier: Apache-2.0
// Mosquitto and its subscriber.
#include "tests/harness/broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <bit>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace kuzet::test {

using namespace std::chrono_literals;

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::vector<std::string> subscriber(int port) {
  return {"mosquitto_sub",
          "-h",
          "127.0.0.1",
          "-p",
          std::to_string(port),
          "-V",
          "5",
          "-q",
          "1",
          "-c",
          "-x",
          "3600",
          "-i",
          "centre",
          "-t",
          "kuzet/v1/+/+/alert/#",
          "-t",
          "kuzet/v1/+/+/state",
          "-t",
          "kuzet/v1/+/+/birth",
          "-F",
          "%t\t%p"};
}

}  // namespace

bool listens(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(port);
  const bool connected = ::connect(fd, std::bit_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  ::bind(fd, std::bit_cast<const sockaddr*>(&address), length);
  ::getsockname(fd, std::bit_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ntohs(address.sin_port);
}

Broker::Broker(BrokerSettings settings) : settings_(std::move(settings)), port_(free_port()) {
  configure();
  start();
}

void Broker::configure() {
  std::ostringstream text;
  text << "per_listener_settings false\nlistener " << port_ << " 127.0.0.1\n";
  if (settings_.websockets) text << "protocol websockets\n";
  if (settings_.certificate)
    text << "certfile " << settings_.certificate->file.string() << "\nkeyfile " << settings_.certificate->key.string() << "\n";
  if (!settings_.authority.empty()) text << "cafile " << settings_.authority.string() << "\nrequire_certificate true\n";
  // Mosquitto 2.0.11 ends itself when all its listeners speak WebSockets.
  if (settings_.websockets) text << "listener " << free_port() << " 127.0.0.1\n";
  text << settings_.extra << "\nallow_anonymous " << (settings_.passwords.empty() ? "true" : "false")
       << "\npersistence true\npersistence_location " << folder_.path().string()
       << "/\nautosave_on_changes true\nautosave_interval 1\n";
  if (!settings_.acl.empty()) {
    write_text(folder_ / "acl", settings_.acl);
    text << "acl_file " << (folder_ / "acl").string() << "\n";
  }
  if (!settings_.passwords.empty()) {
    write_text(folder_ / "passwords", settings_.passwords);
    (void)run({"mosquitto_passwd", "-U", (folder_ / "passwords").string()});
    text << "password_file " << (folder_ / "passwords").string() << "\n";
  }
  if (::geteuid() == 0) text << "user root\n";  // so that it may write into the test's own folder
  write_text(folder_ / "mosquitto.conf", text.str());
}

std::string Broker::url(const std::string& host) const {
  const std::string scheme = settings_.websockets ? "ws" : "mqtt";
  return scheme + (settings_.certificate ? "s" : "") + "://" + host + ":" + std::to_string(port_);
}

void Broker::start() {
  process_.emplace(std::vector{find_program("mosquitto"), std::string("-c"), (folder_ / "mosquitto.conf").string()},
                   folder_ / "log");
  if (!eventually([this] { return listens(port_); }, 10s)) throw std::runtime_error("mosquitto: " + read_text(folder_ / "log"));
}

void Broker::stop() {
  process_->kill(SIGTERM);
  (void)process_->wait(10s);
}

void Broker::kill() {
  process_->kill(SIGKILL);
  (void)process_->wait(10s);
}

bool Broker::available() { return !find_program("mosquitto").empty() && !find_program("mosquitto_sub").empty(); }

Centre::Centre(const Broker& broker) : process_(subscriber(broker.port()), folder_ / "messages") {}

std::vector<boost::json::object> Centre::alerts() const {
  std::vector<boost::json::object> out;
  std::istringstream lines(read_text(folder_ / "messages"));
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    if (tab != std::string::npos && line.find("/alert/") < tab)
      out.push_back(boost::json::parse(line.substr(tab + 1)).as_object());
  }
  return out;
}

std::vector<std::string> Centre::topics() const {
  std::vector<std::string> out;
  std::istringstream lines(read_text(folder_ / "messages"));
  for (std::string line; std::getline(lines, line);)
    if (const auto tab = line.find('\t'); tab != std::string::npos) out.push_back(line.substr(0, tab));
  return out;
}

}  // namespace kuzet::test
