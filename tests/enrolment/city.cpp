// SPDX-License-Identifier: Apache-2.0
// Starting the city's service, and enrolling at it.
#include "tests/enrolment/city.hpp"

#include "tests/faults/command.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <stdexcept>

namespace kuzet::test {

using namespace std::chrono_literals;

City::City(std::chrono::seconds life)
    : process_({"/usr/bin/python3", KUZET_CITY, folder_.path().string(), "--life", std::to_string(life.count())},
               folder_ / "log") {
  names_server("mqtts://localhost:8883");
  if (!eventually([this] { return std::filesystem::exists(folder_ / "port"); }, 30s))
    throw std::runtime_error("the city does not start: " + read_text(folder_ / "log"));
}

std::string City::url(const std::string& path) const { return "https://localhost:" + read_text(folder_ / "port") + "/" + path; }

std::string City::token() {
  auto out = "token-" + std::to_string(++tokens_) + "-secret";
  std::ofstream(folder_ / "tokens", std::ios::app) << out << '\n';
  return out;
}

std::vector<boost::json::object> City::requests() const {
  std::error_code failed;
  return std::filesystem::exists(folder_ / "requests", failed) ? json_lines(read_text(folder_ / "requests"))
                                                               : std::vector<boost::json::object>();
}

BrokerSettings City::broker(int plain_port) const {
  BrokerSettings out;
  out.certificate = Certificate{folder_ / "server.pem", folder_ / "server.key"};
  out.authority = ca();
  out.extra = "listener " + std::to_string(plain_port) + " 127.0.0.1";
  return out;
}

Blank::Blank(const std::string& more) {
  write_text(configuration(), "# a new board\nnode: {id: new, site: nowhere}  # not named yet\nstore: {path: \"" +
                                  (folder_ / "store").string() + "\", keep_free: 0B}\n" + more);
}

std::vector<std::string> Blank::words(const City& city, const std::string& url, const std::string& token) const {
  return {"enroll", url, token, "--config", configuration().string(), "--ca", city.ca().string()};
}

Ran Blank::enroll(const City& city, const std::string& url, const std::string& token) const {
  return run_kuzet(words(city, url, token));
}

}  // namespace kuzet::test
