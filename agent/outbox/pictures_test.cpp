// SPDX-License-Identifier: Apache-2.0
// Pictures come before their alert, never push one out, and stay within their budget.
#include "agent/outbox/outbox.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::outbox {

namespace {

using test::event_of;
using test::open_store;
using test::options_for;
using test::TempFolder;

struct Fixture {
  TempFolder folder;
  Options options = options_for(folder.path());
  std::optional<Outbox> store = open_store(options);

  void reopen() {
    store.reset();
    store.emplace(open_store(options));
  }
  Result<Picture> keep(const std::string& alert, const std::string& jpeg) {
    return store->keep_picture(alert, "evidence/" + alert + "/", jpeg);
  }
  /// An alert event with a picture.
  Picture record(const std::string& alert, const std::string& jpeg) {
    auto draft = event_of(alert);
    draft.pictures.push_back(keep(alert, jpeg).value());
    store->record(draft).value();
    return draft.pictures[0];
  }
  /// The same with a film.
  Picture film(const std::string& alert, const std::string& content) {
    auto draft = event_of(alert);
    draft.pictures.push_back(test::kept_film(*store, alert, "evidence/" + alert + "/", content).value());
    store->record(draft).value();
    return draft.pictures[0];
  }
  /// "a1/1 bytes" of what would be sent next, empty when there is none; settles it.
  std::string send() {
    const auto next = store->next_picture().value();
    if (!next) return "";
    store->picture_sent(next->about.alert, next->about.n).value();
    return next->about.alert + "/" + std::to_string(next->about.n) + " " + next->content;
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder.path() / "evidence" / name; }
};

}  // namespace

TEST_CASE("a picture is on the disk before its alert, with its hash, its number and its topic", "[K1]") {
  Fixture f;
  const auto picture = f.keep("a1", "one").value();
  CHECK(picture.alert == "a1");
  CHECK(picture.n == 1);
  CHECK(picture.topic == "evidence/a1/1");
  CHECK(picture.bytes == 3);
  CHECK(picture.sha256 == sha256("one"));
  CHECK(test::file_bytes(f.file("a1-1.jpg")) == "one");
  CHECK(f.store->counts().value().pictures == 0);
  CHECK(f.send().empty());

  auto draft = event_of("a1");
  draft.pictures.push_back(picture);
  f.store->record(draft).value();
  CHECK(f.store->counts().value().pictures == 1);
  f.reopen();
  CHECK(f.send() == "a1/1 one");
  CHECK(f.send().empty());
}

TEST_CASE("pictures of an alert are counted, and a second try takes the same number") {
  Fixture f;
  CHECK(f.record("a1", "one").n == 1);
  CHECK(f.keep("a1", "never announced").value().n == 2);
  CHECK(f.record("a1", "two").n == 2);
  CHECK(f.record("b1", "other").n == 1);
  CHECK(f.send() == "a1/1 one");
  CHECK(f.send() == "a1/2 two");
  CHECK(f.send() == "b1/1 other");
}

TEST_CASE("a picture that no alert announced is removed at the next start") {
  Fixture f;
  f.record("a1", "one");
  f.keep("a2", "orphan").value();
  test::write_file(f.file("a3-1.jpg.part"), "half");
  f.reopen();
  CHECK(std::filesystem::exists(f.file("a1-1.jpg")));
  CHECK_FALSE(std::filesystem::exists(f.file("a2-1.jpg")));
  CHECK_FALSE(std::filesystem::exists(f.file("a3-1.jpg.part")));
}

TEST_CASE("over budget the oldest picture that was sent leaves first, then the oldest", "[K4]") {
  Fixture f;
  f.options.evidence_budget = 30;
  f.reopen();
  for (const char* alert : {"a1", "a2", "a3"}) f.record(alert, "0123456789");
  f.store->picture_sent("a2", 1).value();
  f.record("a4", "0123456789");
  CHECK_FALSE(std::filesystem::exists(f.file("a2-1.jpg")));
  f.record("a5", "0123456789");
  CHECK_FALSE(std::filesystem::exists(f.file("a1-1.jpg")));
  CHECK(f.send() == "a3/1 0123456789");
  CHECK(f.send() == "a4/1 0123456789");
  CHECK(f.send() == "a5/1 0123456789");
  CHECK(f.store->counts().value().unsent == 6);
}

TEST_CASE("a film is kept as what it is: by its name, its number and its hash, over a restart", "[K1]") {
  Fixture f;
  f.record("a1", "one");
  const auto film = f.film("a1", "a film");
  CHECK(film.n == 2);
  CHECK(film.film);
  CHECK(film.topic == "evidence/a1/2");
  CHECK(test::file_bytes(f.file("a1-2.mp4")) == "a film");
  f.reopen();
  CHECK(std::filesystem::exists(f.file("a1-2.mp4")));
  CHECK(f.store->counts().value().pictures == 1);
  CHECK(f.store->counts().value().films == 1);
  const auto only_pictures = f.store->next_picture({false, false}).value();
  CHECK(only_pictures->content == "one");
  CHECK(f.send() == "a1/1 one");
  CHECK_FALSE(f.store->next_picture({false, false}).value().has_value());
  CHECK(f.store->next_picture().value()->about.film);
  CHECK(f.send() == "a1/2 a film");
  CHECK(f.store->counts().value().films == 0);
}

TEST_CASE("a film that was written and not announced is gone with the next start, a second try finds it in place", "[K1]") {
  Fixture f;
  const auto path = f.store->room_for_film(6).value();
  write_durably(path, "a film").value();
  const FilmFile film{path.string(), sha256("a film"), 6};
  CHECK(f.store->keep_film("a1", "evidence/a1/", film).value().n == 1);
  CHECK(f.store->keep_film("a1", "evidence/a1/", film).value().n == 1);
  CHECK_FALSE(f.store->keep_film("a2", "evidence/a2/", film).has_value());
  write_durably(f.store->room_for_film(4).value(), "half").value();
  f.reopen();
  CHECK(std::filesystem::is_empty(f.folder.path() / "evidence"));
}

TEST_CASE("over budget what was sent leaves first, then films, and pictures last", "[K4]") {
  Fixture f;
  f.options.evidence_budget = 40;
  f.reopen();
  f.record("a1", "0123456789");
  f.film("a2", "0123456789");
  f.film("a3", "0123456789");
  f.record("a4", "0123456789");
  f.store->picture_sent("a3", 1).value();
  f.record("a5", "0123456789");
  CHECK_FALSE(std::filesystem::exists(f.file("a3-1.mp4")));
  f.record("a6", "0123456789");
  CHECK_FALSE(std::filesystem::exists(f.file("a2-1.mp4")));
  CHECK(f.store->counts().value().films == 0);
  CHECK(std::filesystem::exists(f.file("a1-1.jpg")));
  CHECK_FALSE(f.store->room_for_film(41).has_value());
}

TEST_CASE("the pictures of the newest event can be sent first, each event's in their order") {
  Fixture f;
  f.record("a1", "old");
  f.record("a2", "new");
  CHECK(f.store->next_picture({true, true}).value()->content == "new");
  CHECK(f.store->next_picture().value()->content == "old");
}

TEST_CASE("the number of a picture that left is not given again", "[K2]") {
  Fixture f;
  f.options.evidence_budget = 10;
  f.reopen();
  CHECK(f.record("a1", "0123456789").n == 1);
  f.record("b1", "0123456789");
  CHECK(f.record("a1", "9876543210").n == 2);
  f.reopen();
  CHECK(f.send() == "a1/2 9876543210");
  CHECK(f.send().empty());
}

TEST_CASE("a picture that is larger than the whole budget pushes nothing out", "[K4]") {
  Fixture f;
  f.options.evidence_budget = 10;
  f.reopen();
  f.record("a1", "0123456789");
  const auto kept = f.keep("a2", "0123456789A");
  REQUIRE(!kept);
  CHECK(kept.error().code == Code::full);
  CHECK(f.send() == "a1/1 0123456789");
}

TEST_CASE("the reserve of free disk refuses pictures and no alert", "[K4]") {
  Fixture f;
  f.options.keep_free = free_bytes(f.folder.path()).value() * 2;
  f.reopen();
  const auto kept = f.keep("a1", "one");
  REQUIRE(!kept);
  CHECK(kept.error().code == Code::full);
  CHECK(kept.error().what.find("keep_free") != std::string::npos);
  CHECK(f.store->record(event_of("a1")).value().seq == 1);
}

TEST_CASE("a picture that is gone or was changed is given up, and the next is taken") {
  Fixture f;
  for (const char* alert : {"a1", "a2", "a3"}) f.record(alert, std::string("picture of ") + alert);
  std::filesystem::remove(f.file("a1-1.jpg"));
  test::write_file(f.file("a2-1.jpg"), "something else");
  CHECK(f.send() == "a3/1 picture of a3");
  CHECK(f.store->counts().value().pictures == 0);
}

}  // namespace kuzet::outbox
