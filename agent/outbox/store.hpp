// SPDX-License-Identifier: Apache-2.0
// What stands behind an Outbox: its folder, its key and its book.
#pragma once

#include "agent/outbox/book.hpp"
#include "agent/outbox/history.hpp"
#include "agent/outbox/signer.hpp"
#include "agent/outbox/walk.hpp"

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kuzet::outbox {

/// Holds a folder for this process.
struct FolderLock {
  int descriptor = -1;
  explicit FolderLock(int fd) : descriptor(fd) {}
  FolderLock(FolderLock&& other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

/// The key of the journal in this folder, made at the first start; one that cannot be read is put away.
Result<Key> own_key(const std::filesystem::path& folder);

struct Outbox::Store {
  Store(Options given, FolderLock held, Key own) : options(std::move(given)), lock(std::move(held)), key(std::move(own)) {}

  /// Opens the book, or replaces one that cannot be read.
  Result<> open(const Moment& now);
  Result<> replace(const std::string& why, const Moment& now);
  /// The book, ready for use; a failure when it could not be opened again after it was replaced.
  Result<Book*> ready();

  Result<> make_room_for_picture(std::uint64_t bytes, const Moment& now);
  Result<> make_room_on_disk(std::uint64_t bytes, bool unsent, const Moment& now);
  Result<> give_up_pictures(std::uint64_t bytes, bool unsent, const std::string& why, const Moment& now);
  Result<> make_room_for_observations(std::uint64_t bytes, const Moment& now);
  Result<> expire_observations(const Moment& now);
  Result<> tell_evicted(const Telemetry::Evicted& evicted, const std::string& why, const Moment& now);

  /// Adds the events of a shelf; places that cannot be read are told by a gap.
  Result<> events(const Page& page, std::vector<Pending>& out, const Moment& now);
  Result<> tell_holes(const std::vector<Walk::Stretch>& holes, const Moment& now);

  Result<> sign(const Moment& now);
  Result<> sign_when_due(const Moment& now);
  Result<bool> prune();
  Result<> prune_until(std::uint64_t seq);
  Result<bool> shrink();
  Result<> forget_older();

  Options options;
  FolderLock lock;
  Key key;
  std::unique_ptr<Book> book;
  std::optional<History> history;
  bool lost = false;  ///< the book is a stand-in: the file could not be opened
  std::uint64_t generation = 1;
  std::optional<Salvage> salvage;
  std::optional<Steady> signed_at;  ///< or looked at first
  std::optional<Steady> expired_at;
  bool corrected_all = false;  ///< nothing was recorded since that needs its time corrected
  Moment latest;               ///< the last moment that was told

 private:
  Result<std::unique_ptr<Book>> open_book();
};

}  // namespace kuzet::outbox
