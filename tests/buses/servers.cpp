// SPDX-License-Identifier: Apache-2.0
// Servers of libmodbus and pymodbus.
#include "tests/buses/servers.hpp"

#include <modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace kuzet::test {

namespace {

using namespace std::chrono_literals;

constexpr int count = 200;  // of each table
constexpr int glance = 20;  // milliseconds

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, glance) > 0;
}

}  // namespace

Cable::Cable() {
  socat_ = std::make_unique<Process>(
      std::vector<std::string>{find_program("socat"), "pty,rawer,link=" + here(), "pty,rawer,link=" + there()},
      folder_ / "log");
  if (!eventually([&] { return std::filesystem::exists(here()) && std::filesystem::exists(there()); }, 10s))
    throw std::runtime_error("socat makes no ports");
}

struct LibmodbusServer::Inner {
  modbus_t* context = nullptr;
  modbus_mapping_t* mapping = modbus_mapping_new(count, count, count, count);
  int listening = -1, fd = -1;
  bool serial = false;

  Inner() = default;
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;
  ~Inner() {
    if (listening >= 0) ::close(listening);
    modbus_close(context);
    modbus_free(context);
    modbus_mapping_free(mapping);
  }
};

LibmodbusServer::LibmodbusServer(int slave, const std::string& device) : inner_(std::make_unique<Inner>()), address_(device) {
  Inner& it = *inner_;
  it.serial = !device.empty();
  for (int n = 0; n < count; ++n) {
    it.mapping->tab_registers[n] = static_cast<std::uint16_t>(100 * slave + n);
    it.mapping->tab_input_registers[n] = static_cast<std::uint16_t>(1000 + 100 * slave + n);
    it.mapping->tab_input_bits[n] = n % 3 == 0 ? 1 : 0;
  }
  it.context = it.serial ? modbus_new_rtu(device.c_str(), 19200, 'N', 8, 1) : modbus_new_tcp("127.0.0.1", 0);
  modbus_set_slave(it.context, slave);
  modbus_set_indication_timeout(it.context, 0, 1000 * glance);
  if (it.serial) {
    if (modbus_connect(it.context) != 0) throw std::runtime_error("libmodbus's server has no port");
    it.fd = modbus_get_socket(it.context);
  } else {
    it.listening = modbus_tcp_listen(it.context, 4);
    sockaddr_in address{};
    socklen_t length = sizeof address;
    if (::getsockname(it.listening, reinterpret_cast<sockaddr*>(&address), &length) != 0)
      throw std::runtime_error("libmodbus's server has no port");
    address_ = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  thread_ = std::thread([this] { serve(); });
}

LibmodbusServer::~LibmodbusServer() {
  over_ = true;
  thread_.join();
}

void LibmodbusServer::serve() {
  Inner& it = *inner_;
  while (!over_) {
    if (it.fd < 0) {
      if (readable(it.listening)) it.fd = modbus_tcp_accept(it.context, &it.listening);
      continue;
    }
    std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> asked{};
    const int got = modbus_receive(it.context, asked.data());
    if (got > 0) modbus_reply(it.context, asked.data(), got, it.mapping);
    if (got < 0 && errno != ETIMEDOUT && !it.serial) {
      modbus_close(it.context);
      it.fd = -1;
    }
  }
}

PymodbusServer::PymodbusServer(const std::string& slaves, const std::string& device) : address_(device) {
  std::vector<std::string> command{"/usr/bin/python3", KUZET_SLAVES};
  if (device.empty())
    command.insert(command.end(), {"tcp", slaves});
  else
    command.insert(command.end(), {"rtu", device, slaves});
  const auto log = folder_ / "log";
  process_ = std::make_unique<Process>(command, log);
  const std::string word = device.empty() ? "port " : "ready";
  std::string said;
  const bool ready =
      eventually([&] { return (said = read_text(log)).find(word) != std::string::npos && said.ends_with('\n'); }, 30s);
  if (!ready) throw std::runtime_error("pymodbus's server does not start: " + said);
  if (device.empty()) address_ = "tcp://127.0.0.1:" + std::to_string(std::stoi(said.substr(said.find(word) + word.size())));
}

}  // namespace kuzet::test
