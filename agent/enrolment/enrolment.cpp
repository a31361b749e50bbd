// SPDX-License-Identifier: Apache-2.0
// The exchange with the enrolment service.
#include "agent/enrolment/enrolment.hpp"

#include "agent/core/json.hpp"
#include "agent/enrolment/board.hpp"
#include "agent/enrolment/key.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"

#include <unistd.h>
#include <boost/json/object.hpp>

#include <algorithm>

namespace kuzet::enrolment {

namespace json = boost::json;
namespace net = drivers::net;
using namespace std::chrono_literals;

namespace {

constexpr Duration patience = 30s;                 // for the whole exchange
constexpr std::uint64_t most_answer = 256 * 1024;  // bytes; chains and authorities of a city take ten thousand

/// Nobody else works on the folder meanwhile.
class Lock {
 public:
  explicit Lock(int file) : file_(file) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { ::close(file_); }

 private:
  int file_;
};

Result<> refusal(const net::Answer& answer, const std::string& site) {
  if (answer.status == 200) return {};
  const auto why = reason_in(answer.body);
  const auto said = site + ": answered " + std::to_string(answer.status) + (why.empty() ? "" : ": " + why);
  if (answer.status == 408 || answer.status == 429 || answer.status / 100 == 5)
    return Error{Code::io, said + "; try again later"};
  if (answer.status / 100 == 3) return Error{Code::config, said + "; redirects are not followed: give the address itself"};
  if (why.empty() && (answer.status == 401 || answer.status == 403))
    return Error{Code::config, said + ": the token or the certificate is not accepted; a token is good for one board"};
  return Error{Code::config, said};
}

/// Sends the request for `key` and judges what comes back.
Result<Granted> exchange(net::Call call, const std::string& key, const std::string& owner, const std::string& version, Wall now,
                         const std::stop_token& stop) {
  auto request = signing_request(key, owner);
  if (!request) return request.error();
  const auto mark = public_mark(key);
  if (!mark) return mark.error();
  const auto board = this_board();
  json::object body{{"schema", "kuzet.enrol/1"}, {"csr", *request}, {"version", version}, {"serial", board.serial}};
  if (!board.model.empty()) body["model"] = board.model;
  call.method = "POST";
  call.body = json_text(body);
  call.headers.emplace_back("Content-Type", "application/json");
  call.timeout = patience;
  call.most_answer = most_answer;
  const auto answer = net::ask(call, stop);
  if (!answer) return answer.error();
  if (auto refused = refusal(*answer, call.url.site()); !refused) return refused.error();
  auto granted = parse_answer(answer->body);
  if (!granted) return std::move(granted).error().within(call.url.site());
  if (auto fit = judge(*granted, *mark, now); !fit) return std::move(fit).error().within(call.url.site());
  return granted;
}

/// Two thirds of the life that is left are used before the next one is asked for.
Record record_of(const Granted& granted, Record known, Wall now) {
  known.node = granted.node;
  known.site = granted.site;
  known.servers = granted.servers;
  if (!granted.renew.empty()) known.renew = granted.renew;
  known.issued = now;
  known.expires = granted.chain.first.until;
  known.renew_after = now + (known.expires - now) * 2 / 3;
  return known;
}

/// What a city wrote behind a question mark belongs to it there, too.
std::string renewal_address(const std::string& url) {
  const auto query = std::min(url.find('?'), url.size());
  const auto path = url.substr(0, query);
  return path + (path.ends_with('/') ? "renew" : "/renew") + url.substr(query);
}

Result<net::Call> call_to(const std::string& url, net::Trust trust) {
  if (auto fit = check_address(url); !fit) return fit.error();
  auto parsed = net::parse_url(url);
  if (!parsed) return parsed.error();
  net::Call out;
  out.url = std::move(*parsed);
  out.trust = std::move(trust);
  return out;
}

}  // namespace

Result<Record> enroll(const IdentityFolder& folder, const Petition& petition, Wall now, const std::stop_token& stop) {
  auto call = call_to(petition.url, petition.trust);
  if (!call) return call.error();
  const auto locked = outbox::lock_folder(folder.path());
  if (!locked) return locked.error();
  const Lock lock(*locked);
  if (auto settled = folder.settle(); !settled) return settled.error();
  const auto token = outbox::sha256(petition.url + " " + petition.token);
  if (auto there = folder.record(); there && there->token == token && there->expires > now) return there;
  const auto key = folder.pending_key();
  if (!key) return key.error();
  call->headers.emplace_back("Authorization", "Bearer " + petition.token);
  const auto granted = exchange(std::move(*call), *key, petition.owner, petition.version, now, stop);
  if (!granted) return granted.error();
  Record known;
  known.url = petition.url;
  known.renew = renewal_address(petition.url);
  known.pin = petition.trust.pin;
  known.ca = petition.trust.ca_text;
  known.token = token;
  const auto record = record_of(*granted, std::move(known), now);
  if (auto kept = folder.keep(*key, *granted, record); !kept) return kept.error();
  return record;
}

Result<Record> renew(const IdentityFolder& folder, const std::string& version, Wall now, const std::stop_token& stop) {
  const auto locked = outbox::lock_folder(folder.path());
  if (!locked) return locked.error();
  const Lock lock(*locked);
  if (auto settled = folder.settle(); !settled) return settled.error();
  const auto known = folder.record();
  if (!known) return known.error();
  const auto present = folder.chain();
  if (!present) return present.error();
  const auto key = folder.pending_key();
  if (!key) return key.error();
  auto call = call_to(known->renew, {"", known->ca, known->pin, folder.identity().string()});
  if (!call) return call.error();
  const auto granted = exchange(std::move(*call), *key, present->first.owner, version, now, stop);
  if (!granted) return granted.error();
  if (granted->node != known->node || granted->site != known->site)
    return Error{Code::config, "the city calls this board " + granted->site + "/" + granted->node + " and no longer " +
                                   known->site + "/" + known->node + ": enroll it again (kuzet enroll)"};
  const auto record = record_of(*granted, *known, now);
  if (auto kept = folder.keep(*key, *granted, record); !kept) return kept.error();
  return record;
}

}  // namespace kuzet::enrolment
