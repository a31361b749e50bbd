// SPDX-License-Identifier: Apache-2.0
// The files of an identity, and the order in which they are moved.
#include "agent/enrolment/identity.hpp"

#include "agent/core/json.hpp"
#include "agent/core/members.hpp"
#include "agent/enrolment/key.hpp"
#include "agent/outbox/disk.hpp"

#include <sys/stat.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace kuzet::enrolment {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr auto schema = "kuzet.identity/1";

Error failure(const std::string& doing, int code) { return {Code::io, doing + ": " + std::generic_category().message(code)}; }

/// Of the private key in the file; empty where there is none.
std::string mark_in(const fs::path& file) {
  const auto text = outbox::read_file(file);
  if (!text) return {};
  const auto mark = public_mark(*text);
  return mark ? *mark : std::string();
}

/// One that is not there any more was moved before.
Result<> move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return {};
  return failure("rename " + from.string(), errno);
}

Result<> discard(const fs::path& file) {
  std::error_code failed;
  fs::remove_all(file, failed);
  if (failed) return failure("remove " + file.string(), failed.value());
  return {};
}

json::object to_json(const Record& record, bool authority) {
  json::object out{{"schema", schema},
                   {"url", record.url},
                   {"renew", record.renew},
                   {"node", record.node},
                   {"site", record.site},
                   {"servers", json::array(record.servers.begin(), record.servers.end())},
                   {"issued", rfc3339(record.issued)},
                   {"renew_after", rfc3339(record.renew_after)},
                   {"expires", rfc3339(record.expires)},
                   {"authority", authority}};
  if (!record.pin.empty()) out["pin"] = record.pin;
  if (!record.ca.empty()) out["ca"] = record.ca;
  if (!record.token.empty()) out["token_sha256"] = record.token;
  return out;
}

struct Read {
  Record record;
  bool authority = false;
};

Result<Wall> wall_in(const json::object& all, const char* name) { return parse_rfc3339(text_member(all, name)); }

/// Our own file: what is wrong with it was not written by us.
Result<Read> read_record(const fs::path& file) {
  const auto text = outbox::read_file(file);
  if (!text) return text.error();
  const Error broken{Code::corrupt, file.string() + ": cannot be understood; `kuzet enroll` writes it anew"};
  boost::system::error_code failed;
  const auto value = json::parse(*text, failed);
  if (failed || !value.is_object()) return broken;
  const auto& all = value.as_object();
  const auto issued = wall_in(all, "issued"), renew_after = wall_in(all, "renew_after"), expires = wall_in(all, "expires");
  if (text_member(all, "schema") != schema || !issued || !renew_after || !expires) return broken;
  Read out;
  for (const auto& [name, to] :
       {std::pair("url", &out.record.url), std::pair("renew", &out.record.renew), std::pair("node", &out.record.node),
        std::pair("site", &out.record.site), std::pair("pin", &out.record.pin), std::pair("ca", &out.record.ca),
        std::pair("token_sha256", &out.record.token)})
    *to = text_member(all, name);
  out.record.issued = *issued, out.record.renew_after = *renew_after, out.record.expires = *expires;
  if (const auto* servers = all.if_contains("servers"); servers != nullptr && servers->is_array())
    for (const auto& one : servers->as_array())
      if (one.is_string()) out.record.servers.emplace_back(one.as_string());
  if (const auto* own = all.if_contains("authority"); own != nullptr && own->is_bool()) out.authority = own->as_bool();
  return out;
}

}  // namespace

Result<> IdentityFolder::settle() const {
  if (auto moved = move_next(); !moved) return moved;
  // The key of a request that was answered.
  const auto mark = mark_in(pending());
  if (mark.empty() || mark != mark_in(identity())) return {};
  if (auto removed = discard(pending()); !removed) return removed;
  return outbox::flush_folder(folder_);
}

Result<> IdentityFolder::move_next() const {
  std::error_code failed;
  if (!fs::exists(next(), failed)) return {};
  // The record is moved last: as long as it is there, all that it says can be done again.
  const auto read = read_record(next() / "enrolment.json");
  if (read && !read->authority)
    if (auto removed = discard(authority()); !removed) return removed;
  if (read)
    for (const auto& to : {authority(), identity(), record_file()})
      if (auto moved = move(next() / to.filename(), to); !moved) return moved;
  if (auto flushed = outbox::flush_folder(folder_); !flushed) return flushed;
  return discard(next());
}

Result<std::string> IdentityFolder::pending_key() const {
  if (!mark_in(pending()).empty()) return outbox::read_file(pending());
  auto key = new_key();
  if (!key) return key;
  if (auto written = outbox::write_secretly(pending(), *key); !written) return written.error();
  return key;
}

Result<> IdentityFolder::keep(const std::string& key, const Granted& granted, const Record& record) const {
  const fs::path part = folder_ / "next.part";
  if (auto settled = settle(); !settled) return settled;
  if (auto removed = discard(part); !removed) return removed;
  if (::mkdir(part.c_str(), 0700) != 0) return failure("create folder " + part.string(), errno);
  if (!granted.authority.empty())
    if (auto written = outbox::write_durably(part / "authority.pem", granted.authority); !written) return written;
  if (auto written = outbox::write_secretly(part / "identity.pem", key + granted.chain.pem); !written) return written;
  const auto text = json_text(to_json(record, !granted.authority.empty())) + "\n";
  if (auto written = outbox::write_durably(part / "enrolment.json", text); !written) return written;
  if (auto moved = move(part, next()); !moved) return moved;
  if (auto flushed = outbox::flush_folder(folder_); !flushed) return flushed;
  return settle();
}

Result<Record> IdentityFolder::record() const {
  auto read = read_record(record_file());
  if (!read) return read.error();
  return std::move(read->record);
}

Result<Chain> IdentityFolder::chain() const {
  const auto pem = outbox::read_file(identity());
  if (!pem) return pem.error();
  return read_chain(*pem);
}

}  // namespace kuzet::enrolment
