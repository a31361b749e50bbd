// SPDX-License-Identifier: Apache-2.0
// Stores and events for tests that do not care about the details.
#pragma once

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/outbox/outbox.hpp"
#include "tests/harness/moments.hpp"

#include <string>
#include <utility>

namespace kuzet::test {

/// {"store":"...","seq":7,...members}
inline std::string body_of(const outbox::Stamp& stamp, const std::string& members) {
  return "{\"store\":\"" + stamp.store + "\",\"seq\":" + std::to_string(stamp.seq) + "," + members + "}";
}

/// A gap that says what it is:
/// {"store":"...","seq":7,"of":"...","from":2,"to":4,"class":"observation","count":3,"why":"budget"}.
inline outbox::Draft gap_draft(const outbox::Gap& gap, const Moment& now) {
  outbox::Draft draft;
  draft.kind = "gap";
  draft.schema = "kuzet.gap/1";
  draft.at = now;
  draft.topic = "kuzet/v1/s/n/gap";
  draft.body = [gap](const outbox::Stamp& stamp) {
    return body_of(stamp, "\"of\":\"" + gap.of + "\",\"from\":" + std::to_string(gap.from) + ",\"to\":" +
                              (gap.to ? std::to_string(*gap.to) : "null") + ",\"class\":\"" + std::string(name(gap.what)) +
                              "\",\"count\":" + std::to_string(gap.count) + ",\"why\":\"" + gap.why + "\"");
  };
  return draft;
}

/// Gaps as above; a body that is corrected says by how many milliseconds, and when its boot began.
inline outbox::Words test_words() {
  return {gap_draft, [](const std::string& body, std::chrono::milliseconds by, Wall boot_began) {
            return outbox::with_members(body, "\"clock\":\"corrected\",\"by\":" + std::to_string(by.count()) +
                                                  ",\"boot_began\":" + std::to_string(boot_began.time_since_epoch().count()));
          }};
}

/// A store without limits in `folder`, that checks itself without haste.
inline outbox::Options options_for(const std::filesystem::path& folder) {
  outbox::Options options;
  options.folder = folder;
  options.keep_free = 0;
  options.boot_id = "boot-a";
  options.check_within = std::chrono::seconds(60);
  options.words = test_words();
  return options;
}

/// The store, or a test failure by exception.
inline outbox::Outbox open_store(const outbox::Options& options, const Moment& now = at(0)) {
  auto store = outbox::Outbox::open(options, now);
  return std::move(store.value());
}

/// Where to look, from the beginning of a shelf.
inline outbox::Page page_of(outbox::Shelf shelf, std::size_t limit = 100'000, std::int64_t after = outbox::Page::least) {
  outbox::Page page;
  page.shelf = shelf;
  page.limit = limit;
  page.after = after;
  return page;
}

/// An event of `alert` whose body says where it stands: {"store":"...","seq":7,"alert":"a1"}.
inline outbox::Draft event_of(const std::string& alert, double second = 0, Phase phase = Phase::opened) {
  outbox::Draft draft;
  draft.alert = alert;
  draft.phase = phase;
  draft.kind = "fire";
  draft.schema = "kuzet.alert/1";
  draft.at = at(second);
  draft.topic = "kuzet/v1/s/n/alert/yard/fire";
  if (phase != Phase::closed) draft.open_state = "state of " + alert;
  draft.body = [alert](const outbox::Stamp& stamp) { return body_of(stamp, "\"alert\":\"" + alert + "\""); };
  return draft;
}

/// A film as the agent keeps it: room is asked for, the bytes are written, the file gets its name.
inline Result<outbox::Picture> kept_film(outbox::Outbox& store, const std::string& alert, const std::string& topics,
                                         const std::string& content) {
  const auto file = store.room_for_film(content.size());
  if (!file) return file.error();
  if (auto written = outbox::write_durably(*file, content); !written) return written.error();
  return store.keep_film(alert, topics, {file->string(), outbox::sha256(content), content.size()});
}

/// Observations of the yard: {"store":"...","seq":8,"what":"people"}.
inline outbox::Draft observation_of(const std::string& what, double second = 0) {
  outbox::Draft draft;
  draft.kind = "observation";
  draft.schema = "kuzet.obs/1";
  draft.at = at(second);
  draft.topic = "kuzet/v1/s/n/obs/yard";
  draft.body = [what](const outbox::Stamp& stamp) { return body_of(stamp, "\"what\":\"" + what + "\""); };
  return draft;
}

}  // namespace kuzet::test
