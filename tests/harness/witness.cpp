// SPDX-License-Identifier: Apache-2.0
// The witness and what it complains about.
#include "tests/harness/witness.hpp"

#include "agent/outbox/sqlite.hpp"
#include "tests/harness/broker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace kuzet::test {

using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr std::size_t most_complaints = 12;

std::vector<std::string> subscriber(int port) {
  std::vector<std::string> words{
      "mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(port), "-V", "5", "-q", "1", "-c", "-x", "86400", "-i",
      "witness",       "-F", "%p"};
  for (const char* topic : {"kuzet/v1/+/+/alert/#", "kuzet/v1/+/+/gap", "kuzet/v1/+/+/obs/#"})
    words.insert(words.end(), {"-t", topic});
  return words;
}

std::string text(const json::object& message, const char* key) {
  const auto* value = message.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number(const json::object& message, const char* key) { return message.at(key).to_number<std::int64_t>(); }

/// Numbers of one store that were seen or named.
struct Account {
  std::map<std::int64_t, std::string> seen;  // with the bytes, as they were stored
  std::vector<std::pair<std::int64_t, std::int64_t>> named;
  std::int64_t last = 0;
  std::string node, site;

  [[nodiscard]] bool knows(std::int64_t seq) const {
    return seen.contains(seq) ||
           std::ranges::any_of(named, [seq](const auto& gap) { return gap.first <= seq && seq <= gap.second; });
  }
  [[nodiscard]] std::int64_t without_hole() const {
    std::int64_t seq = 0;
    while (seq < last && knows(seq + 1)) ++seq;
    return seq;
  }
};

json::object as_stored(json::object message) {
  message.stable_erase("published");
  message.stable_erase("late");
  return message;
}

/// Books one message; true: it was new.
bool book(std::map<std::string, Account>& accounts, const json::object& message) {
  Account& account = accounts[text(message, "store")];
  const auto seq = number(message, "seq");
  account.last = std::max(account.last, seq);
  account.node = text(message, "node");
  account.site = text(message, "site");
  if (text(message, "schema") == "kuzet.gap/1") {
    const auto to = message.at("to").is_null() ? INT64_MAX : number(message, "to");
    accounts[text(message, "of")].named.emplace_back(number(message, "from"), to);
  }
  return accounts[text(message, "store")].seen.emplace(seq, json::serialize(as_stored(message))).second;
}

}  // namespace

Witness::Witness(int port, Role role)
    : port_(eventually([port] { return listens(port); }, 10s) ? port : 0), process_(subscriber(port_), folder_ / "messages") {
  // What is said before the witness listens is said to nobody.
  const auto hears = [this] {
    publish({"-t", "kuzet/v1/yard/witness/gap", "-m", "{}"});
    return !read_text(folder_ / "messages").empty();
  };
  if (!eventually(hears, 10s)) throw std::runtime_error("the witness hears nothing");
  if (role == Role::confirms) thread_ = std::jthread([this](const std::stop_token& stop) { confirm(stop); });
}

Witness::~Witness() = default;

std::vector<json::object> Witness::messages() const {
  std::vector<json::object> out;
  std::istringstream lines(read_text(folder_ / "messages"));
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code broken;  // a line that is being written, or a word of mosquitto_sub's own
    auto value = json::parse(line, broken);
    if (!broken && value.is_object() && value.as_object().contains("store")) out.push_back(std::move(value.as_object()));
  }
  return out;
}

void Witness::publish(const std::vector<std::string>& words) const {
  std::vector<std::string> command{"mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(port_), "-V", "5", "-q", "1"};
  command.insert(command.end(), words.begin(), words.end());
  Process once(command, folder_ / "confirmations");
  (void)once.wait(2s);
}

void Witness::confirm(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    publish({"-t", "kuzet/v1/_centre/witness/state", "-r", "-m", R"({"state":"online"})"});
    std::map<std::string, Account> accounts;
    for (const auto& message : messages()) (void)book(accounts, message);
    for (const auto& [store, account] : accounts) {
      const auto upto = account.without_hole();
      if (upto == 0 || account.node.empty()) continue;
      publish({"-t", "kuzet/v1/" + account.site + "/" + account.node + "/ack", "-m",
               "{\"store\":\"" + store + "\",\"upto\":" + std::to_string(upto) + "}"});
    }
    for (int i = 0; i < 5 && !stop.stop_requested(); ++i) std::this_thread::sleep_for(100ms);
  }
}

std::optional<Journal> Journal::read(const std::filesystem::path& file) {
  auto db = outbox::Database::open(file.string(), outbox::Database::Mode::read_only);
  if (!db) return std::nullopt;
  Journal out;
  auto id = db->prepare("SELECT value FROM meta WHERE key = 'store'");
  if (const auto row = id.step(); row && *row) out.store = id.text(0);
  id.reset();
  auto query = db->prepare("SELECT seq, body FROM journal WHERE seq > ? ORDER BY seq");
  auto more = query.bind(1, std::int64_t{0}).step();
  for (; more && *more; more = query.step()) {
    boost::system::error_code broken;  // bytes that rotted are those of no event
    const auto event = json::parse(query.text(1), broken);
    if (broken || !event.is_object() || text(event.as_object(), "store").empty()) continue;
    out.events[query.integer(0)] = query.text(1);
    if (out.store.empty()) out.store = text(event.as_object(), "store");  // the page with the store's own name rotted
  }
  auto check = db->prepare("PRAGMA quick_check(1)");
  const auto checked = check.step();
  out.whole = more && checked && *checked && check.text(0) == "ok";
  return out;
}

std::vector<std::string> complaints(const std::vector<json::object>& messages, const std::vector<Journal>& journals) {
  std::vector<std::string> out;
  const auto complain = [&](const std::string& what) {
    if (out.size() < most_complaints) out.push_back(what);
  };
  std::map<std::string, Account> accounts;
  for (const auto& message : messages) (void)book(accounts, message);
  for (const auto& [store, account] : accounts) {
    for (std::int64_t seq = 1; seq <= account.last; ++seq)
      if (!account.knows(seq)) complain("seq " + std::to_string(seq) + " of " + store + " is neither seen nor named by a gap");
    const auto journal = std::ranges::find(journals, store, &Journal::store);
    if (journal == journals.end()) {
      if (account.last > 0) complain("nobody knows the store " + store);
      continue;
    }
    for (const auto& [seq, bytes] : account.seen) {
      const auto event = journal->events.find(seq);
      const bool observation = bytes.find("\"kuzet.obs/1\"") != std::string::npos;
      if (event != journal->events.end() && json::serialize(json::parse(event->second)) != bytes)
        complain("seq " + std::to_string(seq) + " is not what was stored: " + bytes);
      if (event == journal->events.end() && !observation && journal->whole)
        complain("seq " + std::to_string(seq) + " is in no journal: " + bytes);
    }
  }
  for (const auto& journal : journals)
    for (const auto& [seq, bytes] : journal.events)
      if (!accounts[journal.store].knows(seq)) complain("seq " + std::to_string(seq) + " did not arrive: " + bytes);
  return out;
}

std::vector<std::string> out_of_order(const std::vector<json::object>& messages) {
  std::vector<std::string> out;
  std::map<std::string, Account> accounts;
  std::map<std::string, std::int64_t> newest;  // event of each store
  for (const auto& message : messages) {
    if (!book(accounts, message) || text(message, "schema") == "kuzet.obs/1") continue;
    const auto seq = number(message, "seq");
    auto& last = newest[text(message, "store")];
    if (seq < last && out.size() < most_complaints)
      out.push_back("seq " + std::to_string(seq) + " came first after " + std::to_string(last));
    last = std::max(last, seq);
  }
  return out;
}

}  // namespace kuzet::test
